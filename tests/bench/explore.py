"""How fast `faultline explore` goes: side by side with a loop of `fiu-run` over the same number of runs, with one job and
with two, with and without the fork server, and how long the first finding takes. scripts/bench builds and calls it.

usage: explore.py BUILD [--quick]
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = {
    "sed": ["sed", "-i", "s/foo/x/g", "notes.txt"],
    "sort": ["sort", "-o", "sorted.txt", "notes.txt"],
    "git": ["git", "status", "--short"],
    "python3": ["/usr/bin/python3", "-c", "pass"],
}
GOAL_FIU = 5.0
GOAL_POINTS_A_MINUTE = 500


def lay_out(directory):
    (directory / "notes.txt").write_text("foo\nbar\nfoo\n")
    subprocess.run(["git", "init", "-q"], cwd=directory, check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "x"],
                   cwd=directory, check=True)


def explore(command, work, program, points, *options):
    """Explores, and returns the runs, the seconds, and when each finding was there."""
    output = Path(tempfile.mkdtemp(dir=work))
    began = time.monotonic()
    done = subprocess.run([command, "explore", "-q", "-w", str(work / "tree"), "-o", str(output), "--seed", "1",
                           "--sample", str(points), *options, "--", *program], capture_output=True, text=True)
    seconds = time.monotonic() - began
    if done.returncode not in (0, 1):
        sys.exit(f"explore.py: {' '.join(program)}: {done.stdout}{done.stderr}")
    lines = [json.loads(line) for line in (output / "journal.jsonl").read_text().splitlines()]
    runs = sum("point" in line for line in lines)
    shutil.rmtree(output)
    return runs, seconds


def loop_of_fiu_run(work, program, runs):
    """What users of libfiu write: a fresh copy, and one call of the n-th kind made to fail in each run."""
    names = ["libc/mm/malloc", "libc/mm/realloc", "posix/io/rw/read", "posix/io/rw/write", "posix/io/oc/open", "posix/io/oc/close"]
    began = time.monotonic()
    for run in range(runs):
        tree = work / "copy"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(work / "tree", tree, symlinks=True)
        subprocess.run(["fiu-run", "-x", "-c", f"enable_random name={names[run % len(names)]},probability=0.01", *program],
                       cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def main():
    command = str(Path(sys.argv[1]) / "faultline")
    points = 100 if "--quick" in sys.argv else 400
    work = Path(tempfile.mkdtemp())
    os.environ.update(HOME=str(work), LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1")
    try:
        (work / "tree").mkdir()
        lay_out(work / "tree")
        print("\nExploring: runs per second, in one run of this script. Goals: at least "
              f"{GOAL_FIU:g} x a loop of fiu-run, and {GOAL_POINTS_A_MINUTE} points a minute and core.\n")
        row = "  {:<9} {:>7} {:>10} {:>9} {:>9} {:>10} {:>8} {:>12}"
        print(row.format("program", "points", "fiu-run", "one job", "two jobs", "no server", "ratio", "points/min"))
        for name, program in PROGRAMS.items():
            runs, two = explore(command, work, program, points, "-j", "2")
            _, one = explore(command, work, program, points, "-j", "1")
            served = "--fork-server" in subprocess.run([command, "explore", "--help"], capture_output=True, text=True).stdout
            fresh = explore(command, work, program, points, "-j", "1", "--fork-server", "off")[1] if served else one
            looped = min(runs, 100)
            fiu = looped / loop_of_fiu_run(work, program, looped)
            print(row.format(name, runs, f"{fiu:.0f}", f"{runs / one:.0f}", f"{runs / two:.0f}", f"{runs / fresh:.0f}",
                             f"{runs / one / fiu:.1f}", f"{60 * runs / one:.0f}"))
        began = time.monotonic()
        explore(command, work, PROGRAMS["sed"], 100000, "-j", "2")
        print(f"\n  all findings of sed -i, two jobs: {time.monotonic() - began:.1f} s (goal: 5 s)\n")
    finally:
        shutil.rmtree(work)


main()
