#!/bin/sh
# Uses the project from outside, in one of the ways in which other projects would:  package.sh WAY SOURCE BUILD
set -eu
way=$1 source=$2 build=$3
here=${0%/*}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # else the library would be copied to where other users reach it
say() { echo "$*"; exit 1; }
unset LD_PRELOAD LD_LIBRARY_PATH FAULT_CONFIG || true
export CMAKE_BUILD_PARALLEL_LEVEL=1
install() { cmake --install "$build" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }; }

case $way in
find_package)
    install
    cmake -S "$here/outside" -B "$work/outside" -DHOW=find_package -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log"
    cmake --build "$work/outside" >>"$work/log" || { cat "$work/log"; exit 1; }
    "$work/outside/outside"
    # The command that was installed finds the library that was.
    "$work/prefix/bin/faultline" run --quiet -f 'write:EIO' -- sh -c 'echo x' 2>"$work/err" && say "echo did not fail"
    ! grep -q 'libfaultline' "$work/err" || { cat "$work/err"; exit 1; }
    # It names it by the loader's $LIB, keeps a preload that was set, and the preload is the file that programs link.
    if [ -d "$work/prefix/lib/$(c++ -print-multiarch)" ]; then
        # shellcheck disable=SC2016 # $LD_PRELOAD is for the program, $LIB for the loader
        seen=$(LD_PRELOAD=libpthread.so.0 "$work/prefix/bin/faultline" run --quiet -f read:EIO,on=99 -- sh -c 'echo "$LD_PRELOAD"')
        # shellcheck disable=SC2016
        [ "$seen" = "$work/prefix/"'$LIB/faultline/libfaultline.so:libpthread.so.0' ] || say "LD_PRELOAD is $seen"
        cmp "$work/prefix/lib/"*/faultline/libfaultline.so "$work/prefix/lib/"*/libfaultline.so.0
    fi
    PYTHONPATH=$work/prefix/lib/python3/dist-packages LD_LIBRARY_PATH=$(echo "$work/prefix/lib/"*-gnu) \
        /usr/bin/python3 -c 'import faultline; faultline.Injector(seed=1)'
    ;;
pkg-config)
    install
    PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name faultline.pc)")
    export PKG_CONFIG_PATH
    # A linker that leaves out what seems unused keeps it, because its symbols are not weak here.
    # shellcheck disable=SC2046 # words
    c++ -std=c++20 $(pkg-config --cflags faultline) "$here/outside/outside.cpp" -o "$work/outside" \
        -Wl,--as-needed $(pkg-config --libs faultline)
    test "$(pkg-config --modversion faultline)" = "$("$work/prefix/bin/faultline" --version | cut -d ' ' -f 2)"
    LD_LIBRARY_PATH=$(pkg-config --variable=libdir faultline) "$work/outside"
    ;;
FetchContent)
    # It would build the library once more, which takes minutes: FAULTLINE_TEST_FULL=1 does. Else the target is asked
    # for what it gives (the headers), and whether the library would be built and linked.
    cmake -S "$here/outside" -B "$work/outside" -G Ninja -DHOW=FetchContent -DFAULTLINE_SOURCE="$source" >"$work/log" ||
        { cat "$work/log"; exit 1; }
    cd "$work/outside"
    if [ "${FAULTLINE_TEST_FULL:-}" = 1 ]; then
        ninja outside >"$work/log" || { cat "$work/log"; exit 1; }
        ./outside
    else
        ninja CMakeFiles/outside.dir/outside.cpp.o >"$work/log" || { cat "$work/log"; exit 1; }
        ninja -t commands outside >asked
        grep -q -- '-shared .*libfaultline.so' asked || say "the library would not be built"
        grep -q -- '-o outside .*libfaultline.so' asked || say "the library would not be linked"
        ! ninja -t targets all | grep -q unit_tests || say "tests would be built"
    fi
    ;;
Debian)
    # What is built, packed and unpacked; clean_root.sh installs it.
    for tool in dh dh_python3 dpkg-shlibdeps scdoc; do
        command -v $tool >/dev/null || { echo "skipped: no $tool here" && exit 77; }
    done
    # What the build needs, the package says that it needs; but for the compiler, which is always there, and the tests'.
    # shellcheck disable=SC2016 # for bash
    for package in $(bash -c '. "$1" && echo "${build_packages[@]}"' bash "$source/scripts/common.sh"); do
        case $package in g++ | libc6-dev | libgtest-dev) continue ;; esac
        grep -q "^ $package\b.*,$" "$source/debian/control" || say "debian/control does not name $package, which the build needs"
    done
    "$source/scripts/package" --from "$build" "$work/packages" >"$work/log" || { cat "$work/log"; exit 1; }
    for package in "$work/packages"/*.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    depends=$(dpkg-deb -f "$work/packages"/faultline_*.deb Depends)
    for package in libelf1 libc6 libdw1 libfaultline0; do
        case $depends in *"$package ("*) ;; *) say "it does not depend on $package: $depends" ;; esac
    done
    lib=usr/lib/$(c++ -print-multiarch)
    for file in usr/bin/faultline "$lib/libfaultline.so.0" "$lib/libfaultline.so" "$lib/faultline/libfaultline.so" \
        usr/include/faultline/faultline.hpp "$lib/pkgconfig/faultline.pc" usr/lib/python3/dist-packages/faultline.py \
        usr/share/doc/faultline/copyright usr/share/doc/faultline/changelog.Debian.gz usr/share/man/man1/faultline-run.1.gz \
        usr/share/man/man5/faultline-plan.5.gz usr/share/man/man7/faultline.7.gz usr/share/man/man3/faultline.3.gz; do
        test -e "$work/root/$file" || say "there is no $file"
    done
    test "$(dpkg-parsechangelog -l "$source/debian/changelog" -S Version)" = \
        "$("$work/root/usr/bin/faultline" --version | cut -d ' ' -f 2)-1" || say "debian/changelog has another version"
    cmake -S "$here/outside" -B "$work/outside" -DCMAKE_PREFIX_PATH="$work/root/usr" >"$work/log"
    cmake --build "$work/outside" >>"$work/log" || { cat "$work/log"; exit 1; }
    "$work/outside/outside"
    ;;
esac
