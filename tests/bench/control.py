"""What it costs that a run can be changed while it goes on, and how quickly it is. scripts/bench builds and calls it.

usage: control.py BUILD [--quick]
"""
import json
import statistics
import subprocess
import sys
import time

WAYS = {
    "bare": [],
    "run, no fault on these calls": ["run", "-q", "-f", "getpgid:EPERM", "--"],
    "run --control, no fault": ["run", "-q", "--control", "--"],
    "run, a fault that never fires": ["run", "-q", "-f", "malloc,read,write,fputc:EIO,after=1h", "--"],
    "run --control, the same": ["run", "-q", "--control", "-f", "malloc,read,write,fputc:EIO,after=1h", "--"],
}
GOAL_MS = 1.0


def measure_calls(build, command, seconds):
    way = [f"{build}/faultline", *command] if command else []
    done = subprocess.run([*way, f"{build}/bench/calls", "--benchmark_format=json", f"--benchmark_min_time={seconds}",
                           "--benchmark_filter=threads:1$"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"control.py: {command}: {done.stderr}")
    return {each["name"].split("/")[0]: each["cpu_time"] for each in json.loads(done.stdout)["benchmarks"]}


def cost(build, rounds, seconds):
    samples = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, command in WAYS.items():
            samples[way].append(measure_calls(build, command, seconds))
    calls = list(samples["bare"][0])
    print(f"{'ns a call':32}" + "".join(f"{call:>18}" for call in calls))
    for way, rows in samples.items():
        print(f"{way:32}" + "".join(f"{statistics.median(row[call] for row in rows):18.2f}" for call in calls))


def latency(build, times, sleeps):
    """From the start of the command to the first call that sees the change, in ms; and by the command's own clock, from the
    moment at which the change is in force until it is known to hold everywhere."""
    program = subprocess.Popen([f"{build}/faultline", "run", "-q", "--control", "-f", "write:EIO,name=f,enabled=false", "--",
                                f"{build}/bench/flipper", *(["-s"] if sleeps else [])], stderr=subprocess.PIPE, text=True)
    while True:
        found = subprocess.run(["pgrep", "-P", str(program.pid)], capture_output=True, text=True).stdout.split()
        inner = [pid for keeper in found for pid in
                 subprocess.run(["pgrep", "-P", keeper], capture_output=True, text=True).stdout.split()]
        if inner and subprocess.run([f"{build}/faultline", "ctl", inner[0], "list"], capture_output=True).returncode == 0:
            break
        time.sleep(0.01)
    seen, known = [], []
    for turn in range(times):
        begin = time.monotonic_ns()
        done = subprocess.run([f"{build}/faultline", "ctl", inner[0], "disable" if turn % 2 else "enable", "f", "--json"],
                              capture_output=True, text=True, check=True)
        known.append(json.loads(done.stdout)["seconds"] * 1000)
        seen.append((int(program.stderr.readline()) - begin) / 1e6)
    subprocess.run(["kill", inner[0]])
    program.wait()
    return seen, known


def main():
    build, quick = sys.argv[1], "--quick" in sys.argv
    print("\nA run that can be changed: what a call costs while nothing is changed.\n")
    cost(build, 3 if quick else 7, 0.05 if quick else 0.2)
    print(f"\nFrom the command to its effect. Goal: at most {GOAL_MS} ms once it is in force.\n")
    for sleeps in False, True:
        seen, known = latency(build, 20 if quick else 100, sleeps)
        print(f"{'a program that sleeps' if sleeps else 'a program that calls without a pause':40}"
              f"first call that sees it after {statistics.median(seen):.2f} ms (the command's own start in it); "
              f"known to hold {statistics.median(known):.3f} ms after it came into force, at most {max(known):.3f}")


if __name__ == "__main__":
    main()
