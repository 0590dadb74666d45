"""Runs the benchmarks of this directory under each variant, in turn and in an ever new order, and compares them with
the bare run of the same round: what else the machine does then strikes all alike. scripts/bench builds and calls it.

usage: compare.py BUILD [--quick]
"""
import glob
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

CALLS = ["read", "write", "malloc+free", "fputc"]
# The calls that stay in user space, where a nanosecond can be seen.
STEADY = ["malloc+free", "fputc"]

FAULT = '[[fault]]\nname = "{name}"\nfunctions = {functions}\ntype = "errno"\nerrno = "{errno}"\n{more}\n'
# Also where nothing matched, to tell that the plan was in force.
LEAVES_A_FILE = "[stats]\nempty = true\n\n"
IO = FAULT.format(name="io", functions='["read", "write", "fputc"]', errno="EIO", more="{io}")
MEMORY = FAULT.format(name="memory", functions='["malloc"]', errno="ENOMEM", more="{memory}")
PLANS = {
    "other": LEAVES_A_FILE + FAULT.format(name="other", functions='["rename"]', errno="EIO", more=""),
    "unmatched": LEAVES_A_FILE + (IO + MEMORY).format(io='path = ["/nowhere/**"]', memory='size = ">= 1000000"'),
    "counted": LEAVES_A_FILE + (IO + MEMORY).format(io="probability = 1e-12", memory="probability = 1e-12"),
    "five": "".join(FAULT.format(name=name, functions=f'["{functions}"]', errno=errno, more=more)
                    for name, functions, errno, more in [
                        ("disk-full", "@write", "ENOSPC", 'path = ["/var/lib/**", "!**.log"]'),
                        ("no-memory", "@alloc", "ENOMEM", "probability = 1e-9"),
                        ("bad-sector", "@read", "EIO", 'path = ["/nowhere/**"]'),
                        ("no-network", "connect", "ECONNREFUSED", "max_triggers = 3"),
                        ("no-sync", "@sync", "EIO", "probability = 1e-9")]),
}
PLANS["five, and a file"] = LEAVES_A_FILE + PLANS["five"]
# What each variant has to keep to, in nanoseconds over bare.
TARGETS = {"no plan": 1, "other": 1, "unmatched": 5, "counted": 10}
TITLES = {
    "bare": "bare",
    "minimal": "minimal C interposer",
    "no plan": "Faultline, no plan",
    "other": "Faultline, no fault on that function",
    "unmatched": "Faultline, selector does not match",
    "counted": "Faultline, counted (probability 1e-12)",
    "libfiu": "libfiu, nothing enabled",
}
THREADS_TARGET = 1.2


def find_libfiu():
    """The libraries that `fiu-run -x` preloads."""
    for directory in ["/usr/lib/fiu", *glob.glob("/usr/lib/*/fiu")]:
        libraries = [f"{directory}/fiu_run_preload.so", f"{directory}/fiu_posix_preload.so"]
        if all(os.path.exists(library) for library in libraries):
            return ":".join(libraries)
    sys.exit("compare.py: libfiu's preload libraries are not found")


def difference(samples, bare):
    """The median of the differences round by round, and the standard error of that median."""
    differences = [sample - base for sample, base in zip(samples, bare)]
    middle = statistics.median(differences)
    spread = statistics.median(abs(each - middle) for each in differences)
    return middle, 1.2533 * 1.4826 * spread / len(differences) ** 0.5


def verdict(value, error, target):
    if value + 2 * error <= target:
        return "met"
    return "missed" if value - 2 * error > target else "unclear"


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(["", row[0].ljust(widths[0]), *cells]).rstrip())
    print()


def environments(build, work, statistics_directory, library=None):
    """The environments by name; with another library than that of the build."""
    library = library or f"{build}/libfaultline.so"
    faultline = {"LD_PRELOAD": library, "FAULT_STATS": f"{statistics_directory}/%p.json"}
    plans = {}
    for name, text in PLANS.items():
        path = Path(work, f"{name}.toml")
        path.write_text(f"seed = 1\n\n{text}")
        plans[name] = {**faultline, "FAULT_CONFIG": str(path)}
    return {
        "bare": {},
        "minimal": {"LD_PRELOAD": f"{build}/bench/minimal_interposer.so"},
        "no plan": {"LD_PRELOAD": library},
        **plans,
        # Without its control pipes, and so without its thread: the cheapest that libfiu can be.
        "libfiu": {"LD_PRELOAD": find_libfiu(), "FIU_ENABLE": "", "FIU_CTRL_FIFO": ""},
        "fiu-run": {"LD_PRELOAD": find_libfiu(), "FIU_ENABLE": "", "FIU_CTRL_FIFO": f"{work}/fiu-ctrl"},
    }


def run_calls(build, environment, seconds):
    """The nanoseconds of CPU per call, by call and number of threads."""
    done = subprocess.run([f"{build}/bench/calls", "--benchmark_format=json", f"--benchmark_min_time={seconds}"],
                          env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compare.py: the benchmark ended with {done.returncode} under {environment}:\n{done.stderr}")
    results = {}
    for each in json.loads(done.stdout)["benchmarks"]:
        if each.get("error_occurred"):
            sys.exit(f"compare.py: {each['name']} under {environment}: {each['error_message']}")
        name, threads = each["name"].split("/threads:")
        results[name, int(threads)] = each["cpu_time"]
    return results


def check_armed(directory, plan):
    """A preload fails open, so the statistics have to prove that the plan was there."""
    files = glob.glob(f"{directory}/*.json")
    if not files:
        sys.exit(f"compare.py: no statistics under the plan '{plan}': it was not armed")
    calls = {name: entry["calls"] for name, entry in json.loads(Path(files[0]).read_text())["functions"].items()}
    struck = ["read", "write", "malloc", "fputc"] if plan in ("unmatched", "counted") else []
    if any(calls.get(name, 0) < 1000 for name in struck):
        sys.exit(f"compare.py: not every call was counted under the plan '{plan}': {calls}")
    for file in files:
        os.unlink(file)


def measure_calls(build, variants, rounds, seconds, statistics_directory):
    samples = defaultdict(list)
    order = random.Random(1)
    names = list(TITLES)
    for done in range(rounds):
        order.shuffle(names)
        for name in names:
            for (call, threads), cost in run_calls(build, variants[name], seconds).items():
                samples[name, call, threads].append(cost)
            if "FAULT_CONFIG" in variants[name]:
                check_armed(statistics_directory, name)
        if sys.stderr.isatty():
            print(f"\r  round {done + 1} of {rounds}", end="\r" if done + 1 == rounds else "", file=sys.stderr)
    return samples


def intercepted(variant, call):
    return variant != "minimal" or call != "fputc"


def print_calls(samples):
    print("Nanoseconds of CPU per call on one thread; below bare: what is added to it, ± its standard error.\n")
    bare = [f"{statistics.median(samples['bare', call, 1]):.2f}      " for call in CALLS]
    rows = [["", *CALLS], [TITLES["bare"], *bare]]
    for variant in list(TITLES)[1:]:
        cells = []
        for call in CALLS:
            value, error = difference(samples[variant, call, 1], samples["bare", call, 1])
            cells.append(f"{value:+.2f} ±{error:4.2f}" if intercepted(variant, call) else "-")
        rows.append([TITLES[variant], *cells])
    table(rows)
    print("  read and write go into the kernel, whose own time varies by more than a nanosecond between processes:\n"
          "  malloc+free and fputc (to a buffered /dev/null) stay in user space and resolve the small differences.\n")

    print("Two threads: nanoseconds per call and thread, divided by those on one thread.\n")
    rows = [["", *CALLS]]
    for variant, title in TITLES.items():
        cells = [f"{ratio(samples, variant, call):.2f}" if intercepted(variant, call) else "-" for call in CALLS]
        rows.append([title, *cells])
    table(rows)


def ratio(samples, variant, call):
    return statistics.median(two / one for one, two in zip(samples[variant, call, 1], samples[variant, call, 2]))


def print_targets(samples):
    print("Targets: met, missed, or unclear where the noise does not let it be told.\n")
    rows = [["", *CALLS]]
    for variant, target in TARGETS.items():
        cells = [verdict(*difference(samples[variant, call, 1], samples["bare", call, 1]), target) for call in CALLS]
        rows.append([f"{TITLES[variant]}: at most {target} ns", *cells])
    for variant in TARGETS:
        cells = []
        for call in CALLS:
            own, bare = ratio(samples, variant, call), ratio(samples, "bare", call)
            cells.append("met" if own <= THREADS_TARGET else "missed, as bare" if bare > THREADS_TARGET else "missed")
        rows.append([f"{TITLES[variant]}: 2 threads within {THREADS_TARGET} of 1", *cells])
    table(rows)


def shared_memory():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def file_system(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True).stdout.strip()


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    build, quick = os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:]
    rounds, seconds = (5, 0.02) if quick else (25, 0.05)
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{processor()}, {cores} cores, Linux {platform.release()}, {' '.join(platform.libc_ver())}; "
          f"{rounds} rounds in random order; load before: {load:.1f}")
    if load > 0.5:
        print("The machine is not idle: expect noise, most of all with two threads.")
    print()
    with tempfile.TemporaryDirectory(prefix="faultline-bench.") as work, \
            tempfile.TemporaryDirectory(prefix="faultline-bench.", dir=shared_memory()) as statistics_directory:
        variants = environments(build, work, statistics_directory)
        samples = measure_calls(build, variants, rounds, seconds, statistics_directory)
        print_calls(samples)
        print_targets(samples)


if __name__ == "__main__":
    main()
