#!/bin/bash
# End-to-end tests with hosts that are built with a sanitizer:  run.sh KIND DRIVER LIBRARY COMMAND
# The hosts, plans and expectations are those of ../e2e: a sanitizer brings an allocator, interceptors and often a thread of
# its own, and neither it nor we may notice the other. What it finds wrong would change the host's status.
kind=$1 driver=$2 library=$3 command=$4
e2e=$(dirname "$0")/../e2e
skip() { echo "skipped: $*"; exit 77; }
tests='errno_single errno_list errno_stream returns corrupt_incoming corrupt_outgoing corrupt_truncate short_transfer
    delay_fixed timeout_poll timeout_cond timeout_socket sigpipe stdio_end_or_error count_thread max_triggers many_threads
    fork_storm spawn_threads lineage_tree vfork_threads signal_storm cancel cancel_struck path_descriptors path_streams
    variadic closefrom ends_exit ends__exit ends_fork ends_execve ends_system ends_exit_with_threads ends_kill arm_load
    ctor_order'
flags='-O1 -g -fno-builtin -fno-omit-frame-pointer' preload=$library
case $kind in
gcc-*) compiler=g++ ;;
clang-*) compiler=clang++ ;;
*) exit 2 ;;
esac
case $kind in
*-asan) flags+=' -fsanitize=address' ;;
*-tsan) flags+=' -fsanitize=thread' ;;
esac
command -v $compiler >/dev/null || skip "there is no $compiler"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# Hosts leave what they have to the end of the process; and a sanitizer has malloc for itself, so no fault on it is here.
echo 'extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }' >"$work/options.cpp"
echo 'int main() {}' >"$work/empty.cpp"
# shellcheck disable=SC2086 # several words
$compiler $flags "$work/empty.cpp" -o "$work/empty" 2>"$work/log" && "$work/empty" || skip "$compiler cannot do $flags here"
# gcc's ASan must be the first library of all.
[[ $kind != gcc-asan ]] || preload=$(g++ -print-file-name=libasan.so):$library
# TSan makes a vfork a fork. Clang's has a thread of its own besides, whose calls are struck and which takes a lineage, in
# children too, and it waits for conditions past every preload.
except=' '
case $kind in
gcc-tsan) except=' vfork_threads ' ;;
clang-tsan) except=' vfork_threads returns timeout_cond count_thread many_threads lineage_tree ends_fork cancel cancel_struck ' ;;
esac
[[ -z ${ONLY:-} ]] || tests=$ONLY
failed=() passed=0
for test in $tests; do
    [[ $except != *" $test "* ]] || continue
    host=$(sed -n 's/^#: host //p' "$e2e/$test.toml")
    host=${host:-$test}
    if [[ ! -e $work/$host ]]; then
        extra=()
        if [[ -e $e2e/$host.lib.cpp ]]; then
            # shellcheck disable=SC2086
            $compiler -std=c++20 -D_GNU_SOURCE $flags -shared -fPIC "$e2e/$host.lib.cpp" -o "$work/$host.so" || exit 1
            extra=(-Wl,--no-as-needed "$work/$host.so")
        fi
        # shellcheck disable=SC2086
        $compiler -std=c++20 -D_GNU_SOURCE $flags -pthread "$e2e/$host.cpp" "$work/options.cpp" -o "$work/$host" "${extra[@]}" || exit 1
    fi
    if "$driver" "$work/$host" "$e2e/$test.toml" "$preload" "$command" >"$work/log" 2>&1; then
        ((++passed))
    else
        failed+=("$test")
        head -n 30 "$work/log" | cut -c 1-200
    fi
done
echo "$kind: $passed passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}}"
((${#failed[@]} == 0 && passed > 0))
