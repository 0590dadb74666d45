"""Runs the soak under faults and compares: soak.py HOST COMMAND SECONDS [SEED]. The record's sums must be the failures that the
host has seen, to the last one, in all of its processes, however they ended."""
import json, os, signal, struct, subprocess, sys, tempfile

host, command, seconds = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
seed = sys.argv[4] if len(sys.argv) > 4 else str(int.from_bytes(os.urandom(4), "little"))
counted = ["pread", "pwrite", "fsync", "stat", "malloc", "poll", "close", "openat"]
others = ["signals", "forks", "executed", "cancelled", "threads", "broken"]
error = {"poll": "ENOMEM", "malloc": "ENOMEM"}
selector = {"malloc": 'size = "12345"\n', "stat": 'path = "data"\n', "openat": 'path = "data"\n'}
plan = "[stats]\nevents = 200\n"
for name in counted:
    plan += (f'[[fault]]\nname = "{name}"\nfunctions = "{name}"\ntype = "errno"\nerrno = "{error.get(name, "EIO")}"\n'
             f'probability = 0.01\n{selector.get(name, "")}')
plan += ('[[fault]]\nname = "damage"\nfunctions = "read"\ntype = "corruption"\nprobability = 0.01\n'
         '[[fault]]\nname = "late"\nfunctions = ["@thread", "@process", "@time", "!pthread_mutex*", "!*exit*"]\ntype = "delay"\n'
         'delay = { min = "1us", max = "50us" }\nprobability = 0.01\n')

with tempfile.TemporaryDirectory() as work:
    with open(f"{work}/plan.toml", "w") as file:
        file.write(plan)
    with open(f"{work}/counts", "wb") as file:
        file.write(bytes(4096))
    os.mkdir(f"{work}/tmp")
    try:
        started = subprocess.Popen([command, "run", "-c", "../plan.toml", "--seed", seed, "--quiet", "-o", "../report.json", "--", host,
                               str(seconds), f"{work}/counts"], cwd=f"{work}/tmp", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   errors="replace", start_new_session=True, env={"PATH": "/usr/bin:/bin", "TMPDIR": f"{work}/tmp",
                                                             "FAULT_STATS": f"{work}/tmp/%p.json"})
        out, err = started.communicate(timeout=2 * seconds + 60)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        sys.exit(f"seed {seed}: it hangs")
    wrong = [] if started.returncode == 0 else [f"exit status {started.returncode}\n{out[-2000:]}{err[-2000:]}"]
    with open(f"{work}/counts", "rb") as file:
        numbers = struct.unpack(f"{len(counted) + len(others)}q", file.read(8 * (len(counted) + len(others))))
    seen = dict(zip(counted + others, numbers))
    with open(f"{work}/report.json") as file:
        report = json.load(file)
    for name in counted:
        got = report["faults"][name]
        if got["triggered"] != seen[name] or sum(got["errors"].values()) != seen[name]:
            wrong.append(f"{name}: the program saw {seen[name]} failures, the record has {got['triggered']} ({got['errors']})")
    wrong += [f"problem: {each}" for each in report.get("problems", [])]
    for process in report["processes"]:
        if len(process["events"]) + process["events_dropped"] != process["stats"]["faults_triggered"]:
            wrong.append(f"process {process['process']['pid']} ({process['process']['exit']}): {len(process['events'])} events and "
                         f"{process['events_dropped']} dropped, of {process['stats']['faults_triggered']}")
    if min(seen[name] for name in counted + others[:-1]) == 0:
        wrong.append("something never happened: the soak proves nothing")
    print(f"seed {seed}: {len(report['processes'])} processes, {report['stats']['calls_intercepted']} calls, "
          f"{report['stats']['faults_triggered']} faults; the program saw {sum(numbers[:len(counted)])} failures;",
          ", ".join(f"{seen[name]} {name}" for name in others[:-1]))
    sys.exit("\n".join(wrong[:50]) if wrong else 0)
