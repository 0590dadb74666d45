# shellcheck shell=bash
# What the scripts share: strictness, the repository's place, lines of progress, missing packages, the build. Sourced,
# never run. It may itself use nothing but bash, coreutils and sed, for on a minimal Debian there is nothing else.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)

# Why a package is installed: a user who sees it installed should know.
declare -A purpose=(
    [btrfs-progs]="makes a file system that shares blocks between files, for the recorder"
    [build-essential]="what the build of every Debian package takes for granted"
    [buildah]="builds the image of the Containerfile"
    [ca-certificates]="lets curl trust a server"
    [chromium]="shows the page of a report as its readers see it"
    [clang]="compiles the fuzzers"
    [clang-format]="formats the sources"
    [clang-tidy]="checks the sources"
    [cmake]="configures the build"
    [curl]="a program that the faults are let loose on: network"
    [debhelper]="makes Debian packages"
    [dh-python]="makes Debian packages of Python modules"
    [dpkg-dev]="finds what a Debian package depends on"
    [fakechroot]="a preloaded library that the library has to get on with"
    [fakeroot]="a preloaded library that the library has to get on with"
    [fiu-utils]="libfiu, which the benchmarks compare with"
    [g++]="compiles it"
    [libjemalloc2]="an allocator that the library has to get on with"
    [git]="finds changed files; a program that the tests run under faults"
    [gzip]="a program that the tests run under faults"
    [libbenchmark-dev]="Google Benchmark"
    [libc6-dev]="headers of the C library"
    [libcli11-dev]="reads command lines"
    [libeatmydata1]="a preloaded library that the library has to get on with"
    [libdw-dev]="unwinds crashed programs, and names what stands on their stacks"
    [libelf-dev]="reads executables"
    [libfaketime]="a preloaded library that the library has to get on with"
    [libevent-dev]="serves HTTP (faultline serve)"
    [libfmt-dev]="formats text"
    [libgtest-dev]="GoogleTest"
    [libmimalloc2.0]="an allocator that the library has to get on with"
    [libtcmalloc-minimal4]="an allocator that the library has to get on with"
    [libtomlplusplus-dev]="reads plans"
    [lintian]="checks Debian packages"
    [manpages-dev]="which errors a call may give: compared with the table"
    [munge]="signs the messages of Slurm, which runs a campaign"
    [mmdebstrap]="makes a clean Debian, into which the packages are installed"
    [nano]="a program that power is cut from: an editor"
    [ninja-build]="runs the build"
    [nlohmann-json3-dev]="reads statistics"
    [nginx-light]="a program that the faults are let loose on: a server"
    [npm]="a program that power is cut from: a manager of packages"
    [perl]="a program that the tests run under faults"
    [pkg-config]="finds libelf and libdw"
    [python3-prometheus-client]="reads what Prometheus would"
    [postgresql]="a program that power is cut from: a database"
    [procps]="a program that the tests run under faults"
    [redis-server]="a program that the faults are let loose on: a database that syncs"
    [redis-tools]="the benchmark"
    [scdoc]="makes the man pages"
    [stress-ng]="tests system calls, and verifies what they do"
    [valgrind]="checks what the library does inside of programs"
    [python3-gdbm]="a library that power is cut from: a store of keys"
    [python3-lmdb]="a library that power is cut from: a store of keys"
    [python3-plyvel]="a library that power is cut from: LevelDB"
    [python3-jsonschema]="holds reports in SARIF against the published schema"
    [python3]="checks the table; a program that the faults are let loose on"
    [slurm-client]="submits to Slurm, which runs a campaign"
    [slurmctld]="Slurm, which runs a campaign: the controller"
    [slurmd]="Slurm, which runs a campaign: a machine"
    [sqlite3]="a program that the faults are let loose on: a database"
    [tar]="a program that the faults are let loose on: files"
    [torsocks]="a preloaded library that the library has to get on with"
    [umockdev]="a preloaded library that the library has to get on with"
    [vim]="a program that power is cut from: an editor"
    [xfsprogs]="makes a file system that shares blocks between files, for the recorder"
)
# shellcheck disable=SC2034 # for those who source this
build_packages=(cmake ninja-build g++ libc6-dev pkg-config libfmt-dev libtomlplusplus-dev libcli11-dev
    nlohmann-json3-dev libelf-dev libdw-dev libevent-dev libgtest-dev scdoc)
# shellcheck disable=SC2034
package_packages=(build-essential debhelper dh-python dpkg-dev python3)

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# step TEXT: says what begins now, and (at the next one, or at `done_step`) how long it took.
step_began=
step() {
    done_step
    step_began=$EPOCHREALTIME
    printf '==> %s\n' "$1"
}
done_step() {
    [[ -n $step_began ]] || return 0
    printf '    %s s\n' "$(seconds_since "$step_began")"
    step_began=
}

# seconds_since START: START as $EPOCHREALTIME gave it.
seconds_since() {
    local now=${EPOCHREALTIME//[.,]/} then=${1//[.,]/}
    local tenths=$(((now - then) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# quietly COMMAND…: shows its output only if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    ((status == 0)) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# apt_install ARGUMENT…: of apt-get install. Needs no answer; where it may not install, it says what to type.
apt_updated=
apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || die "installing needs root, and sudo does not give it without a password here.
Type this, then start again:
    sudo apt-get update && sudo apt-get install --no-install-recommends $*"
        apt=(sudo -n "${apt[@]}")
    fi
    if [[ -z $apt_updated ]]; then
        quietly "${apt[@]}" update || die "apt-get update failed"
        apt_updated=yes
    fi
    quietly "${apt[@]}" install --yes --no-install-recommends "$@" || die "apt-get install failed"
}

# The package of CPython's own tests, for the python3 that is installed.
python_tests() { /usr/bin/python3 -c 'import sys; print("libpython%d.%d-testsuite" % sys.version_info[:2])'; }

# need PACKAGE…: installs those that are missing.
need() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian. What Debian calls $* is taken to be here." >&2
        return 0
    fi
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    step "install ${#missing[@]} missing packages"
    for package in "${missing[@]}"; do
        printf '    %-20s %s\n' "$package" "${purpose[$package]:-}"
    done
    apt_install "${missing[@]}"
    done_step
}

# need_man_pages: container images leave the manual out of whatever is installed.
need_man_pages() {
    need manpages-dev
    if [[ -e /usr/share/man/man2/read.2.gz ]] || ! command -v dpkg-query >/dev/null; then return 0; fi
    step "install manpages-dev once more, with the manual pages that this machine leaves out"
    apt_install --reinstall -o "Dpkg::Options::=--path-include=/usr/share/man/*" manpages-dev
    done_step
}

# build [DIRECTORY [CMAKE OPTION…] [-- TARGET…]]: configures and builds with all cores; quiet unless it fails.
build() {
    local directory=${1:-$root/build} options=() targets=()
    shift $(($# > 0 ? 1 : 0))
    while (($# > 0)) && [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    if (($# > 1)); then targets=(--target "${@:2}"); fi
    # A directory keeps the generator it began with.
    [[ -e $directory/CMakeCache.txt ]] || ! command -v ninja >/dev/null || options+=(-G Ninja)
    # A room at a time where nothing is there yet; one who works on the sources has a build that is ready sooner after
    # each change by -DFAULTLINE_UNITY=OFF.
    [[ -e $directory/CMakeCache.txt ]] || options+=(-DFAULTLINE_UNITY=ON)
    quietly cmake -S "$root" -B "$directory" "${options[@]}" || die "the build cannot be configured"
    quietly cmake --build "$directory" --parallel "$cores" "${targets[@]}" || die "the build failed"
}

# build_sanitized TARGET…: with clang, ASan, UBSan and libFuzzer's instrumentation, into $sanitized. The unit tests and the
# fuzzers are of one build: nearly all of it is the same. The library, which never has sanitizers, is that of $BUILD.
build_sanitized() {
    sanitized=$(realpath -m "$BUILD")-sanitized
    build "$sanitized" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Sanitize \
        -DFAULTLINE_SANITIZE=address,undefined -DFAULTLINE_TESTS=ON -DFAULTLINE_FUZZ=ON \
        -DFAULTLINE_LIBRARY="${sanitized%-sanitized}/libfaultline.so" -- "$@"
}
