"""What power cuts cost: recording a command beside the same command bare and under strace with the same system calls; making,
laying out and checking states; the chosen states beside all that are legal, of runs that are small enough; and the whole search of
two commits of git. scripts/bench builds and calls it.

usage: power.py BUILD [--quick]
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Those that the recorder asks its filter for, as far as strace knows them and the programs here make them.
CALLS = ("open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,"
         "truncate,ftruncate,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,"
         "lremovexattr,fremovexattr,write,writev,pwrite64,pwritev,pwritev2,fallocate,copy_file_range,sendfile,splice,ioctl,fsync,"
         "fdatasync,syncfs,sync,sync_file_range,mmap,msync,umask,bind,execve,execveat")
TRANSACTIONS = """
import sqlite3
c = sqlite3.connect("d")
c.execute("create table t(x)")
for _ in range(200):
    c.execute("insert into t values(?)", ("x" * 300,))
    c.commit()
"""
REPLACE_TEN = """
import os
for n in range(1, 11):
    f = os.open("t.new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    os.write(f, bytes([n]) * 10486)
    os.close(f)
    os.rename("t.new", f"f{n}")
"""
PYTHON = "/usr/bin/python3"
GOAL_STATES = 300  # laid out, a second and core
GOAL_SHARE = 5  # percent of the legal states
ALL_MODELS = "prefix,unsynced-data,ext4,ext4-noauto,posix"
# A file that was "old" and is to be "new"; the exit status 0 promises that it is.
REPLACED = 'x=$(cat f); test "$x" = new && exit 0; test "$x" = old || exit 11; test ! -s "$FAULT_ACKED" || exit 10'
SMALL = {
    "sed -i": ["sed", "-i", "s/old/new/", "f"],
    "cp over": ["cp", "new", "f"],
    "mv over": ["mv", "new", "f"],
    "sh >": ["sh", "-c", "echo new >f"],
    "python os.replace": [PYTHON, "-c", "import os; f = open('t', 'w'); f.write('new\\n'); f.close(); os.replace('t', 'f')"],
    "the same, fsync": [PYTHON, "-c", "import os; f = open('t', 'w'); f.write('new\\n'); f.flush(); os.fsync(f.fileno()); "
                                      "f.close(); os.replace('t', 'f')"],
    "python, three files": [PYTHON, "-c", "import os\nfor n in 'abf':\n    f = open('t', 'w'); f.write('new\\n'); f.close(); os.replace('t', n)"],
    "perl -i": ["perl", "-i", "-pe", "s/old/new/", "f"],
    "dd of 5 pages": ["sh", "-c", "dd if=five of=t bs=20480 2>/dev/null && cat new >>t && mv new f"],
}
# As docs/power-findings.md has it for git: the repository is sound, has what was promised, and takes another commit.
REPOSITORY = ('rm -f .git/*.lock .git/refs/heads/*.lock; git fsck --full >/dev/null 2>&1 || exit 11; git log -1 >/dev/null 2>&1 || exit 12; '
              'n=$(git log --oneline | wc -l); test "$n" -gt "$(wc -l <"$FAULT_ACKED")" || exit 10; '
              'echo 4 >h && git add h && git -c user.name=a -c user.email=a@a commit -qm four || exit 12')


def run(command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"power.py: {' '.join(map(str, command))}: {done.returncode} {done.stderr}{done.stdout}")
    return done.stdout


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def empty(directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    return directory


def lay_out_git(directory):
    empty(directory)
    run(["sh", "-c", "git init -q && git config user.name a && git config user.email a@a && seq 1000 >f && git add f && git commit -qm one"],
        directory)


def recording(tool, work, rounds):
    """Milliseconds of a command bare, recorded and under strace, in turns."""
    print("\nRecording: milliseconds of the whole command, on a tmpfs, so that no disk hides it; medians of "
          f"{rounds} turns. strace writes all data, as a recording does.\n")
    row = "  {:<22} {:>8} {:>9} {:>9} {:>14} {:>16}"
    print(row.format("command", "bare", "recorded", "strace", "strace, filter", "recorded/strace"))
    strace = ["strace", "-f", "-qq", "-s", "65536", "-xx", "-e", f"trace={CALLS}", "-o"]
    for name, command in (("git commit -a", ["sh", "-c", "seq 2000 >f && git commit -qam x"]),
                          ("200 transactions", [PYTHON, "-c", TRANSACTIONS])):
        times = {}
        for _ in range(rounds):
            for way in ("bare", "recorded", "strace", "filtered"):
                lay_out_git(work / "tree")
                empty(work / "out")
                before = {"bare": [], "recorded": [tool, "record", str(work / "out"), str(work / "tree")],
                          "strace": [*strace, str(work / "out/trace")],
                          "filtered": [strace[0], "--seccomp-bpf", *strace[1:], str(work / "out/trace")]}[way]
                began = time.monotonic()
                run([*before, *command], work / "tree")
                times.setdefault(way, []).append(1000 * (time.monotonic() - began))
        at = {way: statistics.median(each) for way, each in times.items()}
        ratio = statistics.median(a / b for a, b in zip(times["recorded"], times["strace"]))
        print(row.format(name, *(f"{each:.1f}" for each in at.values()), f"{ratio:.2f}"), flush=True)


def states(tool, work, on_tmpfs, seconds, count):
    """Of trees with ten files changed: states made, laid out and checked, a second."""
    print("\nStates of a tree, ten files of which were replaced: made in memory with their digests (posix, one thread), laid out on a tmpfs "
          "by a second of processor time, and checked by `true` in namespaces of their own, a second of processor time; "
          f"goal: {GOAL_STATES} laid out a second and core, of 1 MiB.\n")
    row = "  {:<28} {:>9} {:>10} {:>9}"
    print(row.format("tree", "made/s", "laid out/s", "checked/s"))
    for name, files, size in (("100 files, 1 MiB", 100, 10486), ("10 files, 1 MiB", 10, 104858), ("1000 files, 23 MB", 1000, 23000)):
        tree, log = empty(work / "tree"), empty(work / "out")
        for n in range(files):
            (tree / f"f{n + 1}").write_bytes(os.urandom(size))
        run([tool, "record", str(log), str(tree), PYTHON, "-c", REPLACE_TEN], tree)
        made, took = map(float, run([tool, "make", str(log), "posix", str(seconds)], tree).split())
        laid, used = map(float, run([tool, "layout", str(log), str(empty(on_tmpfs / "lay")), str(seconds)], tree).split())
        checked, _, cpu = map(float, run([tool, "check", str(log), "true", "1", str(count)], tree).split())
        print(row.format(name, f"{made / took:.0f}", f"{laid / used:.0f}", f"{checked / cpu:.0f}"), flush=True)


def chosen(tool, work, jobs):
    """Whether the chosen states show every class of failure that all legal ones do."""
    print("\nThe chosen states beside all that are legal, by model; each distinct tree is checked. Goal: every class is found "
          f"with at most {GOAL_SHARE} % of the legal states.\n")
    row = "  {:<20} {:<14} {:>10} {:>9} {:>8} {:>6} {}"
    print(row.format("program", "model", "legal", "distinct", "chosen", "%", "classes"))
    missed = legal_sum = chosen_sum = 0
    for name, command in SMALL.items():
        tree, log = empty(work / "tree"), empty(work / "out")
        for file in "fab":
            (tree / file).write_text("old\n")
        (tree / "new").write_text("new\n")
        (tree / "five").write_bytes(bytes(20480))
        run([tool, "record", str(log), str(tree), *command], tree)
        for line in run([tool, "compare", str(log), REPLACED, str(jobs), *ALL_MODELS.split(",")], tree).splitlines():
            model, legal, distinct, few, all_classes, classes = line.split("\t")
            same = classes == all_classes
            missed += not same
            legal_sum += int(legal)
            chosen_sum += int(few)
            print(row.format(name, model, legal, distinct, few, f"{100 * int(few) / int(legal):.1f}",
                             (classes or "clean") + ("" if same else f" (all: {all_classes})")), flush=True)
    print(f"\n  together {chosen_sum} of {legal_sum} states, {100 * chosen_sum / legal_sum:.1f} %; in {missed} rows a class is missed\n")


def git(command, work, budget):
    """Minutes of a whole search."""
    lay_out_git(work / "tree")
    began, used = time.monotonic(), processor_time()
    done = subprocess.run([command, "powerloss", "-q", "-j", "2", "-o", str(work / "found"), "--model", ALL_MODELS, "--budget", str(budget),
                           "--ack", "^ACK", "--check", REPOSITORY, "--", "sh", "-c",
                           "for n in 2 3; do echo $n >g$n && git add g$n && git commit -qm $n && echo ACK $n; done"],
                          cwd=work / "tree", stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"power.py: powerloss: {done.stderr}{done.stdout}")
    last = [line for line in done.stdout.splitlines() if " findings in " in line][-1]
    print(f"\nTwo commits of git, five models, --budget {budget}, two jobs: {(time.monotonic() - began) / 60:.1f} minutes, "
          f"{(processor_time() - used) / 60:.1f} of processor time\n  {last}\n")


def main():
    build = Path(sys.argv[1]).resolve()
    quick = "--quick" in sys.argv
    tool = str(build / "bench/power_cuts")
    on_tmpfs = Path(tempfile.mkdtemp(dir="/dev/shm"))
    # A check has its own /dev/shm, and finds its state at a path that is elsewhere.
    work = Path(tempfile.mkdtemp())
    os.environ.update(HOME=str(work), LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1")
    try:
        recording(tool, on_tmpfs, 3 if quick else 11)
        states(tool, work, on_tmpfs, 1 if quick else 5, 50 if quick else 300)
        chosen(tool, work, 2)
        git(str(build / "faultline"), work, 20 if quick else 100_000)
    finally:
        shutil.rmtree(work)
        shutil.rmtree(on_tmpfs)


main()
