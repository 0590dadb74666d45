#!/bin/sh
# usage: programs.sh CHECK
# Real programs, recorded: each says and leaves what it does without a recorder, and what was recorded gives, done once
# more, the tree that is there: contents, modes, owners, extended attributes.
# shellcheck disable=SC2016 # the scripts expand in the shells that run them
set -eu
check=$1
export LC_ALL=C TZ=UTC
umask 022
unset FAULT_RECORDING
work=$(mktemp -d "$PWD/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
mkdir "$HOME"

# recorded NAME SCRIPT: in a directory with some files, without a recorder and with one.
recorded() {
    name=$1
    program=${2%%[ ]*}
    command -v "$program" >/dev/null || { echo "$name: there is no $program here"; return 0; }
    for way in bare root; do
        mkdir -p "$work/$way/sub"
        seq 1 2000 >"$work/$way/numbers"
        echo old >"$work/$way/old"
        chmod 640 "$work/$way/old"
        ln -s old "$work/$way/link"
    done
    mkdir "$work/recording"
    bare=0 recorded=0
    (cd "$work/bare" && sh -c "$2") >"$work/bare.out" 2>&1 </dev/null || bare=$?
    (cd "$work/root" && "$check" "$work/recording" "$work/root" sh -c "$2") >"$work/root.out" 2>&1 </dev/null || recorded=$?
    [ "$bare" = "$recorded" ] || { echo "$name: ends with $recorded, not $bare"; cat "$work/root.out"; exit 1; }
    cmp "$work/bare.out" "$work/root.out" || { cat "$work/root.out"; exit 1; }
    rm -rf "$work/bare" "$work/root" "$work/recording"
}

recorded sed 'sed -i s/1/x/ numbers && cksum numbers && ls -l old numbers | cut -c1-10'
recorded perl 'perl -i -pe "s/1/x/" numbers && cksum numbers'
recorded cp 'cp numbers old; cp -a . ../copy-$$; rm -r ../copy-$$; cp --sparse=always numbers sub; cksum old sub/numbers'
recorded mv 'mv numbers old; mv old sub/x; mv sub other; ls -R'
recorded shell 'sh -c : && eval "exec 3>>old"; echo a >&3; (echo b >&3); echo c >>old; cat old; umask 77; echo x >"n
l"; mkdir m; ls -l | cut -c1-10'
recorded dpkg 'cp numbers numbers.new; sync numbers.new; ln numbers numbers.old; mv numbers.new numbers; rm numbers.old; ls'
recorded tar 'tar cf t.tar numbers link sub old; mkdir out; tar xpf t.tar -C out; ls -R out'
recorded git 'git init -q . && git add . && git -c user.name=a -c user.email=b commit -qm first && git -c user.name=a -c user.email=b commit -q --allow-empty -m second && git gc -q && git rev-parse HEAD && git fsck'
recorded sqlite3 'sqlite3 d "pragma journal_mode=wal; create table t(x); insert into t values(1),(2); select sum(x) from t; pragma journal_mode=delete; insert into t values(9); select sum(x) from t"'
recorded python3 'python3 -c "
import shelve, mmap, os
with shelve.open(\"s\") as s: s[\"a\"] = \"x\" * 9999; s[\"b\"] = 1; del s[\"b\"]
with shelve.open(\"s\") as s: print(len(s[\"a\"]), sorted(s))
with open(\"numbers\", \"r+b\") as f:
    m = mmap.mmap(f.fileno(), 0); m[5:7] = b\"zz\"; m.flush(); m[8:9] = b\"y\"; os.rename(\"old\", \"new\"); m[9:10] = b\"q\"
print(open(\"numbers\").read(12))"'
recorded dd 'dd if=numbers of=old bs=100 conv=notrunc,fsync status=none; dd if=/dev/zero of=z bs=4k count=4 oflag=dsync status=none; truncate -s 1T z; stat -c %s z old'
recorded redis-server 'redis-server --port 0 --unixsocket "$PWD/s" --dir "$PWD" --save "" --logfile "" >/dev/null & server=$!
until redis-cli -s s ping >/dev/null 2>&1; do kill -0 $server || exit 1; sleep 0.02; done
redis-cli -s s set a b; redis-cli -s s save; redis-cli -s s shutdown; wait $server; ls'
if [ "$(id -u)" = 0 ]; then # the rights of the caller count, not the recorder's
    recorded setpriv 'setpriv true && chmod 777 . && setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "umask 027; echo x >mine; mkdir d; echo no >>old; rm numbers; chown 0 mine; chmod 4755 mine; echo y >>mine; rm -f link; ls -ln mine d | cut -c1-30"'
fi
