"""How fast `faultline explore` goes: side by side with a loop of `fiu-run` over the same number of runs, with one job and
with two, with and without the fork server, and how long the first finding and all of them take. scripts/bench builds and calls it.

usage: explore.py BUILD [--quick]
"""
import json
import os
import re
import shutil
import statistics
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
LOOPED = 100  # runs of such a loop
GOAL_FIU = 5.0
GOAL_POINTS_A_MINUTE = 500


def lay_out(directory, program):
    """What the program works on, and no more: all of it is copied for each run."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    (directory / "notes.txt").write_text("foo\nbar\nfoo\n")
    if program != "git":
        return
    subprocess.run(["git", "init", "-q"], cwd=directory, check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "x"],
                   cwd=directory, check=True)


def explore(command, work, program, points, *options, watched=False):
    """Explores, and returns the runs, the seconds, the seconds that the runs themselves took, and where it is watched,
    after how many seconds the first finding stood in the journal."""
    output = Path(tempfile.mkdtemp(dir=work))
    journal = output / "journal.jsonl"
    began = time.monotonic()
    running = subprocess.Popen([command, "explore", "-q", "-w", str(work / "tree"), "-o", str(output), "--seed", "1",
                                "--sample", str(points), *options, "--", *program], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    first = None
    while watched and running.poll() is None:
        if first is None and journal.exists() and re.search('"key":"[^"]', journal.read_text()):
            first = time.monotonic() - began
        time.sleep(0.005)
    errors = running.communicate()[1]
    seconds = time.monotonic() - began
    if running.returncode not in (0, 1):
        sys.exit(f"explore.py: {' '.join(program)}: {errors}")
    runs = [line["seconds"] for line in map(json.loads, journal.read_text().splitlines()) if "point" in line]
    shutil.rmtree(output)
    return len(runs), seconds, sum(runs), first


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


def rates(command, work, program, points, rounds):
    """Runs a second of a loop of fiu-run, one job, two jobs, and one without a fork server, and the runs. The four take
    turns, so that other work on the machine meets all of them; the median of the rounds. "alone" is what one job would
    make if nothing but the runs themselves took time, from their beginning in the fork server to their end."""
    ways = {"fiu-run": None, "one job": ("-j", "1"), "two jobs": ("-j", "2"),
            "no server": ("-j", "1", "--fork-server", "off")}
    measured = {name: [] for name in [*ways, "alone"]}
    runs = 0
    for _ in range(rounds):
        for name, options in ways.items():
            if options is None:
                measured[name].append(LOOPED / loop_of_fiu_run(work, program, LOOPED))
                continue
            runs, seconds, alone, _ = explore(command, work, program, points, *options)
            measured[name].append(runs / seconds)
            if name == "one job":
                measured["alone"].append(runs / alone)
    return {name: statistics.median(each) for name, each in measured.items()}, runs


def main():
    command = str(Path(sys.argv[1]) / "faultline")
    points, rounds = (100, 1) if "--quick" in sys.argv else (400, 3)
    work = Path(tempfile.mkdtemp())
    os.environ.update(HOME=str(work), LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1")
    try:
        print("\nExploring: runs per second with all that an exploration does beside, in one run of this script. Goals: at "
              f"least {GOAL_FIU:g} x a loop of fiu-run, and {GOAL_POINTS_A_MINUTE} points a minute and core.\n")
        row = "  {:<9} {:>7} {:>10} {:>9} {:>9} {:>10} {:>9}   {:>8} {:>9} {:>7} {:>12}"
        print(row.format("", "", "runs/s of", "", "", "", "runs", "to the", "loop of", "fiu-run", ""))
        print(row.format("program", "points", "fiu-run", "one job", "two jobs", "no server", "alone", "one job", "two jobs",
                         "alone", "points/min"))
        for name, program in PROGRAMS.items():
            lay_out(work / "tree", name)
            a_second, runs = rates(command, work, program, points, rounds)
            print(row.format(name, runs, *(f"{each:.0f}" for each in a_second.values()),
                             *(f"{a_second[way] / a_second['fiu-run']:.1f}" for way in ("one job", "two jobs", "alone")),
                             f"{60 * a_second['one job']:.0f}"), flush=True)
        lay_out(work / "tree", "sed")
        every = [explore(command, work, PROGRAMS["sed"], 100000, "-j", "2", watched=True) for _ in range(rounds)]
        print(f"\n  sed -i, two jobs, {every[0][0]} points: the first finding after "
              f"{statistics.median(each[3] for each in every):.1f} s, all of them, repeated, after "
              f"{statistics.median(each[1] for each in every):.1f} s (goal: 5 s)\n")
    finally:
        shutil.rmtree(work)


main()
