"""Measures what each selector adds to a call that it holds for and that is not struck, how fast a large buffer is
corrupted, and how well a throttle keeps its rate. scripts/bench builds and calls it.

usage: faults.py BUILD [--quick]
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from compare import difference, table, verdict

FAULT = '[[fault]]\nname = "f"\nfunctions = ["{function}"]\ntype = "{type}"\n{more}\n'
NEVER = 'errno = "EIO"\nprobability = 1e-12\n'
SELECTORS = {  # name: the benchmark and its function, and the selector; {site} is found out
    "path": ("fputc", "fputc", 'path = ["/dev/**", "!**.log"]'),
    "fd_kind": ("fputc", "fputc", 'fd_kind = "other"'),
    "peer": ("read on a socket", "read", 'peer = ["127.0.0.0/8:5353", "*.example.com"]'),
    "caller": ("fputc", "fputc", 'caller = ["*", "!libc.so*"]'),
    "site": ("fputc", "fputc", 'site = ["{site}"]'),
}
TARGET = 25  # ns
CORRUPTION = 'mode = "bitflip"\nrate = 0.001\n'
CORRUPTION_TARGET = 2.0  # GB/s
RATE = 256 * 1024


class Bench:
    def __init__(self, build, work):
        self.build, self.work = build, Path(work)

    def run(self, plan, *arguments):
        """The program's output under a plan, and its statistics."""
        environment = dict(os.environ)
        if plan:
            (self.work / "plan.toml").write_text("seed = 1\n" + plan)
            environment |= {"LD_PRELOAD": f"{self.build}/libfaultline.so", "FAULT_CONFIG": f"{self.work}/plan.toml",
                            "FAULT_STATS": f"{self.work}/stats.json"}
        done = subprocess.run([f"{self.build}/bench/faults", *arguments], env=environment, capture_output=True,
                              text=True)
        if done.returncode != 0:
            sys.exit(f"faults.py: the benchmark ended with {done.returncode}:\n{done.stderr}")
        statistics = json.loads((self.work / "stats.json").read_text()) if plan else None
        return done.stdout, statistics

    def cost(self, plan, benchmark, seconds):
        """Nanoseconds of CPU for one call."""
        out, statistics = self.run(plan, "--benchmark_format=json", f"--benchmark_min_time={seconds}",
                                   f"--benchmark_filter=^{benchmark}$")
        result = json.loads(out)["benchmarks"][0]
        if result.get("error_occurred") or (plan and statistics["faults"]["f"]["matched"] < 1000):
            sys.exit(f"faults.py: {benchmark} under\n{plan}did not do what it should: {result} {statistics}")
        return result["cpu_time"]

    def site(self):
        plan = FAULT.format(function="fputc", type="delay", more='delay = "1ns"\non = "1000..1100"')
        _, statistics = self.run(plan, "--benchmark_min_time=0.01", "--benchmark_filter=^fputc$")
        return Counter(event["site"] for event in statistics["events"]).most_common(1)[0][0]


def measure(bench, plans, rounds, seconds):
    samples = defaultdict(list)
    order = random.Random(1)
    names = [*plans, *{benchmark for benchmark, _ in plans.values()}]
    for _ in range(rounds):
        order.shuffle(names)
        for name in names:
            benchmark, plan = plans.get(name, (name, None))
            samples[name].append(bench.cost(plan, benchmark, seconds))
    return samples


def main():
    build, quick = os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:]
    rounds, seconds = (5, 0.02) if quick else (25, 0.05)
    with tempfile.TemporaryDirectory(prefix="faultline-bench.") as work:
        bench = Bench(build, work)
        site = bench.site()
        plans = {name: (benchmark, FAULT.format(function=function, type="errno", more=NEVER + more.format(site=site)))
                 for name, (benchmark, function, more) in SELECTORS.items()}
        plans["corruption"] = ("pread of 64 KiB", FAULT.format(function="pread", type="corruption", more=CORRUPTION)
                               + "\n[stats]\nevents = 0\n")
        samples = measure(bench, plans, rounds, seconds)

        print("What a selector that holds adds to a call that is then not struck, nanoseconds of CPU.\n")
        rows = [["", "call", "bare", "added", f"at most {TARGET}"]]
        for name, (benchmark, _, _) in SELECTORS.items():
            value, error = difference(samples[name], samples[benchmark])
            bare = sorted(samples[benchmark])[rounds // 2]
            rows.append([name, benchmark, f"{bare:.1f}", f"{value:+.1f} ±{error:.1f}", verdict(value, error, TARGET)])
        table(rows)

        value, error = difference(samples["corruption"], samples["pread of 64 KiB"])
        speed = 65536 / value
        print(f"Corruption of 64 KiB at rate 1e-3: +{value:.0f} ±{error:.0f} ns a call, its record included: "
              f"{speed:.1f} GB/s (at least {CORRUPTION_TARGET}: {'met' if speed >= CORRUPTION_TARGET else 'missed'})\n")

        plan = FAULT.format(function="pwrite", type="throttle", more=f'rate = "{RATE}B/s"') + "\n[stats]\nevents = 0\n"
        out, _ = bench.run(plan, "--throttle", "1" if quick else "3")
        each = [int(line) for line in out.split()]
        rate = sum(each) / (1 if quick else 3)
        print(f"A throttle of {RATE} bytes a second over four threads: {rate:.0f} ({rate / RATE - 1:+.1%}); the threads' "
              f"shares: {', '.join(f'{part / sum(each):.1%}' for part in each)}")


if __name__ == "__main__":
    main()
