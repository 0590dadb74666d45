"""What a system call costs through the kernel's door, beside the same program bare and under strace --inject, each in turn
in every round: what else the machine does then strikes all alike. Then redis-benchmark with every call notified.
scripts/bench builds and calls it.

usage: door.py BUILD [--quick] [--against BUILD]
   --against   only what goes through the door, beside the same by another build; least times too, which others' work does
               not move as much
"""
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = [1, 2, 4]
NEVER = 1_000_000_000  # a call that is not reached


def door(build, fault):
    return [f"{build}/faultline", "run", "-q", "--door", "kernel", "-f", fault, "--"]


def strace(inject, filtered):
    call = inject.split(":")[0]
    return ["strace", "-f", "-qq", "-o", "/dev/null", *(["--seccomp-bpf"] if filtered else []), "-e", f"trace={call}",
            "-e", f"inject={inject}"]


def ways(build):
    """Title, the call that is measured, the command in front of the program."""
    return [
        ("bare getpgid", "getpgid", []),
        ("getpgid under an empty filter", "getpgid filtered", []),
        ("bare wait4", "wait4", []),
        ("bare pread of 64 bytes", "pread", []),
        ("door: not notified", "getpgid", door(build, "getsid:errno=EPERM")),
        ("door: notified and continued", "wait4", door(build, "wait:errno=ECHILD")),
        ("door: judged", "getpgid", door(build, f"getpgid:errno=EPERM,on={NEVER}")),
        ("door: failed", "getpgid", door(build, "getpgid:errno=EPERM")),
        ("door: performed (short pread)", "pread", door(build, "pread:short,bytes=32")),
        ("strace: other call", "getpgid", strace("getsid:error=EPERM", False)),
        ("strace --seccomp-bpf: other call", "getpgid", strace("getsid:error=EPERM", True)),
        ("strace: judged", "getpgid", strace(f"getpgid:error=EPERM:when=65535", False)),
        ("strace --seccomp-bpf: judged", "getpgid", strace(f"getpgid:error=EPERM:when=65535", True)),
        ("strace: failed", "getpgid", strace("getpgid:error=EPERM", False)),
        ("strace --seccomp-bpf: failed", "getpgid", strace("getpgid:error=EPERM", True)),
    ]


def measure(build, call, command, count, threads):
    call, *more = call.split()
    done = subprocess.run([*command, f"{build}/bench/door_calls", call, str(count), str(threads), *more],
                          capture_output=True, text=True)
    if done.returncode != 0 or not done.stdout:
        sys.exit(f"door.py: {command}: {done.returncode} {done.stderr}")
    return float(done.stdout)


def calls(build, rounds, count):
    samples = {}
    for _ in range(rounds):
        for threads in THREADS:
            for title, call, command in random.sample(ways(build), len(ways(build))):
                quick = not command or "not notified" in title
                samples.setdefault((title, threads), []).append(
                    measure(build, call, command, (count * 50 if quick else count) // threads, threads))
    titles = [title for title, _, _ in ways(build)]
    print(f"{'ns a call':36}" + "".join(f"{threads:>10} thr." for threads in THREADS))
    for title in titles:
        print(f"{title:36}" + "".join(f"{statistics.median(samples[title, threads]):15.0f}" for threads in THREADS))

    def ratio(title, base):
        row = [statistics.median(a / b for a, b in zip(samples[title, threads], samples[base, threads]))
               for threads in THREADS]
        print(f"{title + ' / ' + base:72}" + "".join(f"{each:8.2f}" for each in row))

    print(f"\n{'ratios of the same round, median':72}" + "".join(f"{threads:>3} thr." for threads in THREADS))
    ratio("door: not notified", "bare getpgid")
    ratio("getpgid under an empty filter", "bare getpgid")
    for kind in "judged", "failed":
        ratio(f"door: {kind}", f"strace: {kind}")
        ratio(f"door: {kind}", f"strace --seccomp-bpf: {kind}")
    ratio("door: notified and continued", "bare wait4")
    ratio("door: performed (short pread)", "bare pread of 64 bytes")


def against(build, other, rounds, count):
    titles = ["door: judged", "door: failed", "door: notified and continued", "door: performed (short pread)"]
    measured = [(f"{title}{of}", call, command) for of, where in (("", build), (", before", other))
                for title, call, command in ways(where) if title in titles]
    measured += [way for way in ways(build) if way[0] in ("strace: judged", "strace: failed")]
    samples = {}
    for _ in range(rounds):
        for threads in THREADS:
            for title, call, command in random.sample(measured, len(measured)):
                samples.setdefault((title, threads), []).append(measure(build, call, command, count // threads, threads))
    print(f"{'median and least ns a call':40}" + "".join(f"{threads:>9} thr." for threads in THREADS))
    for title, _, _ in sorted(measured):
        print(f"{title:40}" + "".join(f"{statistics.median(each):7.0f}{min(each):7.0f}" for each in
                                      (samples[title, threads] for threads in THREADS)))

    def ratio(title, base):
        print(f"{title + ' / ' + base:68}" + "".join(
            f"{statistics.median(new) / statistics.median(old):8.2f}{min(new) / min(old):5.2f}" for new, old in
            ((samples[title, threads], samples[base, threads]) for threads in THREADS)))

    print("\nratios of the medians, of the least")
    for title in titles:
        ratio(title, f"{title}, before")
    for kind in "judged", "failed":
        ratio(f"door: {kind}", f"strace: {kind}")


def redis_rate(command, directory, requests):
    socket = f"{directory}/socket"
    server = subprocess.Popen([*command, "redis-server", "--port", "0", "--save", "", "--unixsocket", socket, "--dir",
                               directory], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while subprocess.run(["redis-cli", "-s", socket, "ping"], capture_output=True).stdout != b"PONG\n":
        if server.poll() is not None:
            sys.exit(f"door.py: redis-server: {server.stderr.read().decode()}")
        time.sleep(0.05)
    done = subprocess.run(["redis-benchmark", "-s", socket, "-t", "set,get", "-n", str(requests), "--csv"],
                          capture_output=True, text=True, check=True)
    subprocess.run(["redis-cli", "-s", socket, "shutdown", "nosave"], capture_output=True)
    server.wait()
    return {row.split('"')[1]: float(row.split('"')[3]) for row in done.stdout.splitlines()[1:]}


def redis(build, rounds, requests):
    if shutil.which("redis-benchmark") is None or shutil.which("redis-server") is None:
        print("\nredis: left out, for there is no redis-server and redis-benchmark here")
        return
    every = door(build, f"@io,@file,@net,@process,@memory,@time,@thread,@random:delay=1ns,on={NEVER}")
    ratios = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            bare = redis_rate([], directory, requests)
            struck = redis_rate(every, directory, requests)
        for command in bare:
            ratios.setdefault(command, []).append(struck[command] / bare[command])
    print("\nredis-benchmark, requests a second with every call notified over bare: " +
          ", ".join(f"{command} {statistics.median(each):.2f}" for command, each in ratios.items()))


def main():
    build, quick = os.path.abspath(sys.argv[1]), "--quick" in sys.argv
    if "--against" in sys.argv:
        other = os.path.abspath(sys.argv[sys.argv.index("--against") + 1])
        against(build, other, 5 if quick else 15, 4000 if quick else 8000)
        return
    if shutil.which("strace") is None:
        sys.exit("door.py: strace is not here")
    print("\nThe kernel's door. Goals: a judged call at most 0.35 of strace's, one that is not notified within 1.1 of "
          "bare,\nredis with every call notified at least 0.3 of bare.\n")
    calls(build, 3 if quick else 7, 4000 if quick else 20000)
    redis(build, 1 if quick else 3, 5000 if quick else 30000)


if __name__ == "__main__":
    main()
