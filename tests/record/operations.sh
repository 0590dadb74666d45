#!/bin/sh
# usage: operations.sh CHECK HOST [clones]
# A recording of record/host.cpp has exactly the operations of operations.txt, or of clones.txt, and gives the tree that it
# left; what the host says and how it ends are as without a recorder.
set -eu
check=$1 host=$2 what=${3:-operations}
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d "$PWD/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
for root in root bare; do
    mkdir "$work/$root"
    echo "what was there" >"$work/$root/existed"
done
mkdir "$work/recording"

status=0
(cd "$work/bare" && "$host" "$what") >"$work/bare.out" || status=$?
[ "$status" = 7 ] || { echo "the host alone ends with $status"; exit 1; }
status=0
(cd "$work/root" && "$check" --print "$work/recording" "$work/root" "$host" "$what") >"$work/out" 2>"$work/operations" || status=$?
[ "$status" = 7 ] || { echo "recorded, it ends with $status"; cat "$work/operations"; exit 1; }
cmp "$work/bare.out" "$work/out"
diff -r --no-dereference -x fifo "$work/bare" "$work/root"
sed -i '/operations, outside:/d' "$work/operations"
diff -u "$here/$what.txt" "$work/operations"
[ ! -e "$work/recording/mark" ]
