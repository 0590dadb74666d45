#!/bin/sh
# Installs the packages into a Debian that has nothing of ours, uses them as their users would, and purges them: no file
# may be left.  clean_root.sh SOURCE [PACKAGES]: of packages that are there already; without them they are built first.
# Needs root and a mirror that apt knows; takes minutes.
set -eu
source=$1 packages=${2:-}
[ "$(id -u)" = 0 ] || { echo "skipped: making a root needs root"; exit 77; }
for tool in mmdebstrap lintian dh scdoc; do
    command -v $tool >/dev/null || { echo "skipped: no $tool here"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
say() { echo "FAILED: $*"; exit 1; }
unset LD_PRELOAD LD_LIBRARY_PATH FAULT_CONFIG || true

[ -n "$packages" ] || { packages=$work/packages && "$source/scripts/package" "$packages"; }
lintian --allow-root -EvIL +pedantic --fail-on error,warning,info,pedantic "$packages"/*.deb >"$work/lintian" 2>&1 ||
    { cat "$work/lintian"; say "lintian complains"; }

# What the packages depend on is there from the beginning, and stays.
root=$work/root
mmdebstrap --quiet --variant=minbase --include=man-db,python3,pkg-config,g++,cmake,make,libdw1,libelf1,libfmt9 bookworm "$root" >"$work/log" 2>&1 ||
    { cat "$work/log"; echo "skipped: no Debian could be fetched"; exit 77; }
# With a /proc of its own, by which the command finds its library; it goes with the mount namespace.
inside() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
# What apt and dpkg keep for themselves, and man-db's index, change with every package.
files() { (cd "$root" && find . -xdev ! -path './var/cache/*' ! -path './var/lib/apt/*' ! -path './var/lib/dpkg/*' \
    ! -path './var/log/*' ! -path './tmp/*' ! -path ./etc/ld.so.cache ! -path './dev/*' | sort); }

mkdir "$root/tmp/p" "$root/tmp/outside"
cp "$packages"/*.deb "$root/tmp/p"
cp "${0%/*}/outside"/* "$root/tmp/outside"
files >"$work/before"
inside sh -c 'dpkg --install /tmp/p/*.deb' >"$work/log" 2>&1 || { cat "$work/log"; say "they cannot be installed"; }

inside faultline --version
for page in "$source"/man/*.scd; do
    page=${page##*/} page=${page%.scd}
    inside man -E UTF-8 --warnings "${page##*.}" "${page%.*}" >"$work/page" 2>"$work/err" || say "no page $page"
    if [ ! -s "$work/page" ] || [ -s "$work/err" ]; then
        cat "$work/err"
        say "the page $page has mistakes"
    fi
done
# shellcheck disable=SC2016 # $LD_PRELOAD is for the program, $LIB for the loader
[ "$(inside faultline run -q -f read:EIO,on=99 -- sh -c 'echo "$LD_PRELOAD"')" = '/usr/$LIB/faultline/libfaultline.so' ] ||
    say "another preload"
inside faultline run -q -f write:ENOSPC -- sh -c 'echo x' 2>/dev/null && say "echo did not fail"
inside cmake -S /tmp/outside -B /tmp/outside/build -DHOW=find_package >"$work/log" 2>&1 || { cat "$work/log"; say "find_package"; }
inside cmake --build /tmp/outside/build >"$work/log" 2>&1 || { cat "$work/log"; say "find_package"; }
inside /tmp/outside/build/outside
# shellcheck disable=SC2016 # for the shell inside
inside sh -c 'c++ -std=c++20 $(pkg-config --cflags faultline) /tmp/outside/outside.cpp -o /tmp/o $(pkg-config --libs faultline) && /tmp/o'
inside python3 -c 'import faultline; faultline.Injector(seed=1)'

inside apt-get purge -y faultline libfaultline0 libfaultline-dev python3-faultline >"$work/log" 2>&1 || { cat "$work/log"; say "purge"; }
files >"$work/after"
diff "$work/before" "$work/after" || say "traces are left"
