#!/bin/sh
# usage: cost.sh CHECK [RUNS]
# What recording costs: git commit and 200 SQLite transactions bare, recorded and under strace with all data, on tmpfs
# (a disk's fsync would hide it). The recorded ones include the reading and comparing that CHECK does after. No test.
set -eu
check=$(readlink -f "$1") runs=${2:-11}
work=$(mktemp -d /dev/shm/record.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GIT_CONFIG_GLOBAL=/dev/null
cat >sql.py <<'END'
import sqlite3
c = sqlite3.connect("d")
c.execute("create table t(x)")
for _ in range(200):
    c.execute("insert into t values(?)", ("x" * 300,))
    c.commit()
END
cat >run.py <<'END'
import statistics, subprocess, sys, time
name, runs, *command = sys.argv[1:]
times = []
for _ in range(int(runs)):
    subprocess.run("rm -rf r o; mkdir r o; cd r; git init -q; git config user.email a@b; git config user.name n; seq 1000 >f;"
                   "git add f; git commit -qm a; seq 2000 >f", shell=True, check=True)
    start = time.monotonic()
    subprocess.run(command, cwd="r", check=True, stdout=subprocess.DEVNULL)
    times.append((time.monotonic() - start) * 1000)
print(f"{name}: median {statistics.median(times):.1f} ms, least {min(times):.1f} ms")
END
measure() {
    name=$1
    shift
    python3 run.py "$name bare" "$runs" "$@"
    python3 run.py "$name recorded" "$runs" "$check" ../o . "$@"
    python3 run.py "$name strace" "$runs" strace -f -s 65536 -xx -o ../o/trace "$@"
}
measure git git commit -qam x
measure sqlite python3 ../sql.py
