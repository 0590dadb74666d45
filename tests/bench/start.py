"""Measures what Faultline and libfiu add to the start of a program: /bin/true, spawned again and again under each
environment in turn, in an ever new order. scripts/bench builds and calls it.

usage: start.py BUILD [--quick]
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

from compare import difference, environments, file_system, shared_memory, table, verdict

FIU = "libfiu, nothing enabled"
FIRST = "Faultline, first process"
# How many times what libfiu's libraries add each may add.
GOALS = {FIRST: 1.5, "Faultline, its child": 1.0, "Faultline, child of faultline run": 1.0}


class Parent:
    """A process that waits, and in whose environment programs can be started as if it had started them."""

    def __init__(self, command, **variables):
        script = '/usr/bin/env -0 && echo && read -r line'
        self.process = subprocess.Popen([*command, "/bin/sh", "-c", script], env=variables, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        entries = self.process.stdout.readline().decode().rstrip("\n").split("\0")
        self.variables = dict(entry.split("=", 1) for entry in entries if entry.startswith(("FAULT_", "LD_PRELOAD=")))
        if "FAULT_PLAN" not in self.variables:
            sys.exit(f"start.py: {command} handed no compiled plan on: {self.process.stderr.read().decode()}")

    def end(self):
        self.process.communicate(b"\n")


def check_loaded(label, variables):
    """A preload fails open; a plan that cannot be read does not."""
    maps = subprocess.run(["/bin/cat", "/proc/self/maps"], env=variables, capture_output=True, text=True, check=True)
    if "libfaultline.so" not in maps.stdout:
        sys.exit(f"start.py: the library was not loaded: {label}")


def measure(build, rounds, starts):
    arguments = [label + "=" + ";".join(f"{name}={value}" for name, value in variables.items())
                 for label, variables in starts.items()]
    done = subprocess.run([f"{build}/bench/startup", str(rounds), *arguments], env={}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"start.py: {done.stderr}")
    walls, cpus, faults = defaultdict(list), defaultdict(list), defaultdict(list)
    for line in done.stdout.splitlines():
        label, *numbers = line.split("\t")
        for into, number in zip((walls, cpus, faults), numbers):
            into[label].append(float(number))
    return walls, cpus, faults


def system_calls(variables):
    """How many a start makes, by strace; None where there is none."""
    options = [part for name, value in variables.items() for part in ("-E", f"{name}={value}")]
    try:
        done = subprocess.run(["/usr/bin/strace", "-qq", *options, "/bin/true"], env={}, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return sum("(" in line for line in done.stderr.splitlines())


def report(calls, walls, cpus, faults):
    rows = [["", "wall us", "added", "x libfiu", "CPU us", "added", "x libfiu", "page faults", "system calls"]]
    for label, made in calls.items():
        cells = []
        for times in (walls, cpus):
            added, error = difference(times[label], times["bare"])
            unit, _ = difference(times[FIU], times["bare"])
            cells += [f"{statistics.median(times[label]):.0f}", f"{added:+.0f} ±{error:2.0f}", f"{added / unit:.2f}"]
        rows.append([label, *cells, f"{statistics.median(faults[label]):.0f}", "-" if made is None else str(made)])
    table(rows)
    for label, goal in GOALS.items():
        verdicts = [verdict(*difference(times[label], [base + goal * (fiu - base) for base, fiu in
                                                       zip(times["bare"], times[FIU])]), 0) for times in (walls, cpus)]
        print(f"  {label}: at most {goal} times what libfiu adds: wall {verdicts[0]}, CPU {verdicts[1]}")


def starts_with(build, library, work, memory):
    """What is compared, of a copy of the library; and the processes among whose children some of it is."""
    variants = environments(build, work, memory, library)
    five = variants["five"]
    child = Parent([], **five)
    of_run = Parent([f"{build}/faultline", "run", "-q", "-c", five["FAULT_CONFIG"], "--"], TMPDIR=shared_memory(),
                    FAULTLINE_LIBRARY=library)
    starts = {
        "bare": {},
        "minimal C interposer": variants["minimal"],
        FIU: variants["libfiu"],
        "libfiu, as fiu-run -x starts it": variants["fiu-run"],
        "Faultline, no plan": variants["no plan"],
        FIRST: five,
        "Faultline, first, record on disk": {**five, "FAULT_STATS": f"{work}/%p.json"},
        "Faultline, first, leaves statistics": variants["five, and a file"],
        "Faultline, its child": child.variables,
        "Faultline, child of faultline run": of_run.variables,
    }
    for label in list(starts)[4:]:
        check_loaded(label, starts[label])
    return starts, (child, of_run)


def main():
    build, quick = os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:]
    copies, rounds = (2, 50) if quick else (6, 100)
    walls, cpus, faults = defaultdict(list), defaultdict(list), defaultdict(list)
    print(f"Starting /bin/true, where a plan is named under five faults: medians of {copies * rounds} spawns each, interleaved.")
    for _ in range(copies):
        with tempfile.TemporaryDirectory(prefix="faultline-bench.") as work, \
                tempfile.TemporaryDirectory(prefix="faultline-bench.", dir=shared_memory()) as memory:
            os.chmod(work, 0o755)  # `faultline run` would copy a library that other users cannot reach
            library = shutil.copy(f"{build}/libfaultline.so", f"{work}/libfaultline.so")
            starts, parents = starts_with(build, library, work, memory)
            for into, measured in zip((walls, cpus, faults), measure(build, rounds, starts)):
                for label, values in measured.items():
                    into[label] += values
            disk, calls = file_system(work), {label: system_calls(variables) for label, variables in starts.items()}
            for parent in parents:
                parent.end()
    print(f"(Records are in {shared_memory()}, \"on disk\" in {disk}. No fault matches, so they go with the process, but where\n"
          "the plan asks for statistics all the same. The library is copied as installing it does, several times: where a\n"
          "copy comes to lie makes some percent, and what a linker has written piece by piece is slower to map.)\n")
    report(calls, walls, cpus, faults)


if __name__ == "__main__":
    main()
