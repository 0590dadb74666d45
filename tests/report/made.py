#!/usr/bin/env python3
"""Makes the directory of an exploration that never was, as large as wanted, for what has to be tried on large ones.

usage: made.py DIRECTORY POINTS FINDINGS
"""

import json
import random
import sys
from pathlib import Path

FUNCTIONS = {"malloc": ["ENOMEM"], "calloc": ["ENOMEM"], "open": ["EACCES", "EMFILE", "ENOENT", "ENOSPC", "EINTR"],
             "read": ["EIO", "EINTR", "EAGAIN", "short"], "write": ["ENOSPC", "EIO", "EPIPE", "EINTR", "short"],
             "fsync": ["EIO", "ENOSPC"], "close": ["EIO"], "rename": ["ENOSPC", "EXDEV", "EACCES"],
             "connect": ["ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH"], "recv": ["ECONNRESET", "EAGAIN", "short"],
             "pthread_create": ["EAGAIN"], "mmap": ["ENOMEM", "EMFILE"]}
BAD = {"silent-wrong": "ledger.db differs", "crash": "SIGSEGV", "told-wrong": "ledger.db is empty", "hang": "spin",
       "lost": "ledger.db is gone", "leak": "2 descriptors stay open", "mute-fail": "exit status 1", "corrupt": "the check says: bad page"}
NAMES = ["load_config", "parse_header", "ledger_append", "page_flush", "cache_grow", "send_reply", "rotate_log", "index_rebuild"]
HARM = "</script><img src=x onerror=alert(1)><!-- \x1b[31mred\x00 \\u003cb> & ]]>\n"


def main():
    directory, number, wanted = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(1)
    frame = lambda name, line: {"module": "/usr/bin/ledgerd", "offset": 4096 + 16 * line, "function": name,
                                "file": f"/src/ledgerd/{name.split('_')[0]}.c", "line": line}
    sites = []
    for index in range(max(12, number // 12)):
        function = list(FUNCTIONS)[index % len(FUNCTIONS)]
        name = NAMES[draw.randrange(len(NAMES))]
        sites.append({"function": function, "site": f"{draw.getrandbits(32):08x}", "calls": draw.randint(1, 900),
                      "at": frame(name, draw.randint(10, 900)), "tried": True})
    sites.append({"function": "getpid", "site": "0badcafe", "calls": 1, "at": frame("main", 7), "tried": False})

    points, groups = [], {}
    while len(points) < number:
        place = sites[draw.randrange(len(sites) - 1)]
        error = draw.choice(FUNCTIONS[place["function"]])
        strike = {"function": place["function"], "site": place["site"], "family": "oom" if error == "ENOMEM" else "io",
                  "type": "short" if error == "short" else "errno", "errno": "" if error == "short" else error,
                  "match": draw.choice([1, 1, 1, 2, 7]), "persistence": draw.choice(["once", "once", "on"]), "call": draw.randint(1, 99)}
        kind = draw.choices(["tolerated", "clean-fail", "not-reached", "bad"], [50, 30, 4, 8])[0]
        key, detail = "", ""
        if kind == "bad":
            which = draw.randrange(wanted)
            kind = list(BAD)[which % len(BAD)]
            key, detail = f"{kind} from ledgerd:{NAMES[which % len(NAMES)]}+0x{which:x}", BAD[kind]
        point = {"point": f"{draw.getrandbits(64):016x}", "class": kind, "detail": detail, "strikes": [strike], "status": 0,
                 "timed_out": False, "seconds": 0.01, "cpu_seconds": 0.01, "matched": 1, "key": key}
        points.append(point)
        if key:
            groups.setdefault(key, []).append((point, place))

    plain = "".join(f"entry {line} booked\n" for line in range(40))
    found, outputs = [], []
    for index, (key, members) in enumerate(sorted(groups.items())):
        point, place = members[0]
        strike = point["strikes"][0]
        stack = [place["at"], frame("serve", 210), frame("main", 42)]
        option = f"{strike['function']}:{strike['errno'] or 'short'},site={strike['site']},on={strike['match']}"
        finding = {"name": f"f{index}", "class": point["class"], "detail": point["detail"], "key": key, "known": index % 5 == 4,
                   "point": point["point"], "strikes": point["strikes"], "repeated": 2 if index % 7 == 6 else 3, "tried": 3,
                   "also": [f"{m['strikes'][0]['function']}@{m['strikes'][0]['site']} {m['strikes'][0]['errno']}" for m, _ in members[1:]],
                   "repro": f"faultline run -f {option} -- ledgerd --once book.txt", "stack": stack}
        if point["class"] == "crash":
            finding["crash"] = {"signal": "SIGSEGV", "program": "/usr/bin/ledgerd", "stack": [frame("cache_grow", 88), *stack[1:]]}
        found.append(finding)
        outputs.append((plain.replace("entry 7 booked\n", HARM if index == 0 else ""), f"ledgerd: {strike['function']}: failed\n" if index % 2 else ""))

    runs = {}
    for point in points:
        runs[point["class"]] = runs.get(point["class"], 0) + 1
    write = lambda path, text: (path.parent.mkdir(parents=True, exist_ok=True), path.write_text(text, encoding="utf-8"))
    write(directory / "findings.json", json.dumps(
        {"faultline": "0.1.0", "tool": "explore", "command": ["ledgerd", "--once", "book.txt"], "points": len(points),
         "known_points": len(points) + 12, "pairs": number // 4, "stopped": ["the time is up"],
         "notes": ["differs from run to run, and is masked: times in standard error"], "runs": runs, "findings": found,
         "unreached": [{"what": "dlsym", "why": "finds the next definition by the address it is called from"}], "places": sites}))
    write(directory / "journal.jsonl", "".join(json.dumps(point) + "\n" for point in points))
    write(directory / "baseline/stdout", plain)
    write(directory / "baseline/stderr", "")
    for finding, (out, err) in zip(found, outputs):
        place = directory / "findings" / finding["name"]
        write(place / "plan.toml", f"seed = 1\n\n[[fault]]\nfunctions = \"{finding['strikes'][0]['function']}\"\ntype = \"errno\"\n")
        write(place / "stdout", out)
        write(place / "stderr", err)


if __name__ == "__main__":
    main()
