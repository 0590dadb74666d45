"""The findings in programs of Debian 12: explores the programs of targets.toml, compares with findings.toml, replays
what is listed there, and writes docs/findings.md. scripts/findings installs and builds what this needs.

Replaying has an oracle of its own, simpler than the explorer's: the exit status, both outputs and the files of a run
under the fault, against those of a run without. So a listed finding was seen by two judges."""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "findings.md"
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
FAMILIES = "oom,fd,io"
REPLAY_LIMIT = 30  # seconds; a stack takes some to fill, and nothing else a tenth of one


def read(name):
    with open(HERE / name, "rb") as file:
        return tomllib.load(file)


def environment_of(target):
    return ENVIRONMENT | dict(entry.split("=", 1) for entry in target.get("environment", []))


def lay_out(target, directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    if "setup" in target:
        subprocess.run(["sh", "-e", "-c", target["setup"]], cwd=directory, check=True, env=environment_of(target),
                       stdout=subprocess.DEVNULL)


# --- exploring -------------------------------------------------------------------------------------------------------


def explore(faultline, target, directory, time):
    """Explores one target; answers the explorer's findings.json, or exits with what it said."""
    here = directory / target["name"]
    lay_out(target, here / "work")
    shutil.rmtree(here / "out", ignore_errors=True)
    environment = [word for entry in target.get("environment", []) for word in ("--env", entry)]
    ran = subprocess.run([faultline, "explore", "--try", FAMILIES, "--workdir", here / "work", "--time", time,
                          "--quiet", "-o", here / "out", *environment, "--", *shlex.split(target["command"])],
                         capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    if ran.returncode not in (0, 1):
        print(f"{target['name']}: the exploration ended with status {ran.returncode}:\n{ran.stderr}", file=sys.stderr)
        return None
    return explored(target, directory)


def explored(target, directory):
    try:
        with open(directory / target["name"] / "out" / "findings.json", encoding="utf-8", errors="replace") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def place_of(found):
    """What makes findings the same beside the class: the innermost place in the code, whatever the call stacks and errors."""
    place = found["key"].split(" from ")[-1]
    return place.split(" at ")[-1].split(" < ")[0]


# What counts: these classes, from what the environment does to a program. ENOMEM is for calls that take memory; the
# streams' calls give it only in theory.
COUNTED = ("silent-wrong", "told-wrong", "crash", "abort", "hang")
ENVIRONMENTAL = ("ENOMEM", "EIO", "ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE")
STREAM_CALL = re.compile(r"w?printf|v?f?w?printf|f?w?put[cs]|putw?char|put[cs]|f?get[cs]|ungetc|fread|fwrite|fflush|dup2|pthread_(cond|mutex)_init")


def is_uncaught(found):
    """Whether an exception ended a C++ program: std::terminate says which."""
    return any(frame.get("function") == "std::terminate()" for frame in found.get("crash", {}).get("stack", []))


def counts(found):
    strike = found["strikes"][0]
    return (found["class"] in COUNTED and len(found["strikes"]) == 1 and strike.get("errno") in ENVIRONMENTAL
            and not is_uncaught(found)
            and not (strike["errno"] in ("ENOMEM", "EMFILE") and STREAM_CALL.fullmatch(strike["function"])))


def reports_of(result):
    """(class, place) of what counts, each once."""
    return {(found["class"], place_of(found)): found for found in result["findings"] if counts(found)}


def compare(target, result, known):
    """Prints what is new and what is gone. Where the time was up before all was tried, nothing is known to be gone."""
    seen = reports_of(result)
    known = {(kind, place) for name, kind, place in known if name == target["name"]}
    news = [key for key in seen if key not in known]
    all_seen = {(found["class"], place_of(found)) for found in result["findings"]}  # with errors that do not count, too
    gone = sorted(known - all_seen) if not result["stopped"] else []
    for key in news:
        print(f"  new: {key[0]} {plan_of(seen[key])} from {key[1]}: {seen[key]['detail']}")
    for kind, place in gone:
        print(f"  gone: {kind} from {place}")
    return len(news), len(gone)


def plan_of(found):
    """The fault as -f takes it, for the findings that one fault makes; another behind it with its own -f."""
    return re.match(r"faultline run -f (.*?) -- ", found["repro"])[1]


# --- replaying -------------------------------------------------------------------------------------------------------


def files_in(directory):
    """Path → kind, mode and content. What neither run can be blamed for is left out: times and owners."""
    tree = {}
    for folder, folders, files in os.walk(directory):
        for name in folders + files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                content = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            else:
                content = ""
            tree[os.path.relpath(path, directory)] = (mode, content)
    return tree


def run(faultline, target, fault, directory):
    """One run in a fresh directory: (status or "hang", output, error output, files)."""
    lay_out(target, directory)
    prefix = [faultline, "run", "--quiet", "--seed", "1", "-f", *shlex.split(fault), "--"] if fault else []  # two with their -f
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["sh", "-c", 'ulimit -c 0; exec "$@"', "sh", *prefix, *shlex.split(target["command"])],
                                   cwd=directory, env=environment_of(target), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=err, start_new_session=True)
        try:
            status = process.wait(REPLAY_LIMIT)
        except subprocess.TimeoutExpired:
            status = "hang"
            os.killpg(process.pid, 9)
            process.wait()
        out.seek(0)
        err.seek(0)
        return status, out.read(), err.read(), files_in(directory)


def judge(plain, struck):
    status, out, err, files = struck
    if status == "hang":
        return "hang"
    if status in (-11, -7, -8, -4, 139, 135, 136, 132):
        return "crash"
    if status in (-6, 134):
        return "abort"
    if status == plain[0]:
        if (out, files) == (plain[1], plain[3]):
            return "tolerated"
        return "silent-wrong" if err == plain[2] else "told-wrong"
    return "clean-fail" if err != plain[2] else "mute-fail"


def replay(faultline, finding, target, show):
    with tempfile.TemporaryDirectory(prefix="faultline-findings-") as scratch:
        work = pathlib.Path(scratch) / "work"
        plain = run(faultline, target, None, work)
        struck = run(faultline, target, finding["fault"], work)
    seen = judge(plain, struck)
    if show:
        print(f"{finding['id']}: {finding['fault']} -- {target['command']}")
        for name, result in (("without", plain), ("struck", struck)):
            print(f"  {name}: status {result[0]}, output {result[1][:300]!r}, errors {result[2][:300]!r}")
        changed = sorted(path for path in plain[3].keys() | struck[3].keys() if plain[3].get(path) != struck[3].get(path))
        print(f"  files that differ: {', '.join(changed) or 'none'}")
    return seen


def version_of(package):
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else "none"


def replay_all(faultline, listed, targets, show):
    """Status 0: each happened; 1: one did not; 77: all were skipped. A site names a place in one build of a package."""
    failed = skipped = 0
    for finding in listed:
        version = version_of(finding["package"])
        if version != finding["version"]:
            skipped += 1
            print(f"{finding['id']}: skipped: {finding['package']} is {version} here, and its site is of {finding['version']}")
            continue
        seen = replay(faultline, finding, targets[finding["target"]], show)
        if seen != finding["class"]:
            failed += 1
            print(f"{finding['id']}: listed as {finding['class']}, but it is {seen} now: {finding['fault']}")
    print(f"{len(listed) - failed - skipped} of {len(listed)} listed findings happen as they are listed, {skipped} were skipped")
    return 1 if failed else 77 if skipped == len(listed) else 0


# --- the page --------------------------------------------------------------------------------------------------------


def coverage_of(result):
    sites, points = result["sites"], f"{result['points']} of {result['known_points']}"
    return f"{points} points at {sites} sites" + (", time limit" if result["stopped"] else "")


def write_page(targets, data, results):
    listed, spared = data["finding"], data.get("spared", [])
    packages = sorted({finding["package"] for finding in listed})
    counts = {kind: sum(finding["class"] == kind for finding in listed) for kind in COUNTED}
    lines = [
        "# What `faultline explore` found in Debian 12", "",
        f"{len(listed)} misbehaviours in code of {len(packages)} packages: "
        + ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) + ".",
        "", "`scripts/findings --page` writes this page from tests/findings/targets.toml (the commands), tests/findings/findings.toml",
        "(what was found) and an exploration. `scripts/findings` explores again and prints what is new and what is gone;",
        "`scripts/findings --replay` makes each listed finding happen again, or the ones named: `scripts/findings --replay sed-1`",
        "shows the run without the fault beside the run with it. A test replays some of them.", "",
        "To try one by hand: paste the line *Prepare* of its program, then the finding's own line. Both work in a fresh clone, in its",
        "root, after `scripts/test` or any other build into `build/`, on Debian 12 for x86-64. The sites in them name places in the",
        "binaries of that release; after an update of the package `scripts/findings` finds the new ones.", "",
        "What is counted: one entry for each place in the code, however many call stacks and errors reach it, and one for code that",
        "several programs share. The errors are those that the environment gives: no memory, no descriptor, a disk that is full or",
        "fails to read. What is documented, and what a program does on purpose, is in the last section and is not counted.", "",
        "Classes: **silent-wrong** exits as ever and says nothing, but output or files are wrong; **told-wrong** says something and",
        "exits 0 all the same; **crash** is a fatal signal; **abort** is a failed assertion that names no cause; **hang** never ends.",
        "A line with two faults strikes, from the first on, every call that can fail so: memory that stays out, a disk that fails.", ""]
    for target in targets.values():
        mine = [finding for finding in listed if finding["target"] == target["name"]]
        if not mine:
            continue
        result = results.get(target["name"])
        lines += [f"## `{target['command']}`", ""]
        if result:
            lines += [f"Package {target['package']}; tried: {coverage_of(result)}. Prepare:", ""]
        setup = f" && {{ {target['setup']}; }}" if "setup" in target else ""
        variables = " ".join(["TZ=UTC", "LC_ALL=C.UTF-8"] + target.get("environment", []))
        lines += [f"    PATH=$PWD/build:$PATH; export {variables}; cd \"$(mktemp -d)\"{setup}", ""]
        for finding in mine:
            lines += [f"- **{finding['id']}**, {finding['class']}, `{finding['from']}` ({finding['package']}). {finding['loss']}", "",
                      f"      faultline run -f {finding['fault']} -- {target['command']}", ""]
    harmed = {finding["target"] for finding in listed}
    keys = {(entry["target"], entry["class"], entry["from"]) for entry in spared}
    lines += ["## Came through unharmed", "", "Nothing of the above in these. The numbers are the exploration's that this page was made from.", "",
              "| command | package | tried |", "| --- | --- | --- |"]
    places = {(finding["class"], finding["from"]) for finding in listed}
    unchecked = []
    for target in targets.values():
        result = results.get(target["name"])
        if not result:
            continue
        left = [key for key in reports_of(result) if (target["name"], *key) not in keys]
        elsewhere = [key for key in left if key in places]
        left = [key for key in left if key not in places]
        command = f"| `{target['command']}`".replace(" | ", " \\| ")
        if left or (elsewhere and target["name"] not in harmed):
            kinds = ", ".join(f"{sum(kind == key[0] for key in left)} {kind}" for kind in COUNTED if any(kind == key[0] for key in left))
            kinds = kinds or "only in code that is listed with another program"
            unchecked.append(f"{command} | {kinds} |")
        elif target["name"] not in harmed and result["points"] < result["known_points"] * 9 / 10:
            unchecked.append(f"{command} | nothing so far: {coverage_of(result)} |")
        elif target["name"] not in harmed:
            lines.append(f"{command} | {target['package']} | {coverage_of(result)} |")
    lines += ["", "## Seen and not counted", ""]
    for entry in spared:
        lines.append(f"- `{targets[entry['target']]['command']}`: {entry['why']}")
    lines += ["", "Reported by the explorer besides, by place, not checked by hand and so not counted:", "",
              "| command | reports |", "| --- | --- |", *unchecked]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(listed)} findings, {len(packages)} packages")


def main():
    parser = argparse.ArgumentParser(prog="findings", description="Explores programs of Debian 12 and compares with what is listed.")
    parser.add_argument("names", nargs="*", help="targets to explore, or findings to replay (default: all)")
    parser.add_argument("--replay", action="store_true", help="make the listed findings happen again")
    parser.add_argument("--page", action="store_true", help="write docs/findings.md as well")
    parser.add_argument("--keep", metavar="DIR", type=pathlib.Path, help="keep the explorations there, and take what is there already")
    parser.add_argument("--time", default="20s", help="for each target (default: 20s)")
    parser.add_argument("--packages", action="store_true", help="print the packages of the targets")
    parser.add_argument("--faultline", default=str(ROOT / "build" / "faultline"), help="the command")
    parser.add_argument("--accept", action="store_true", help="what is new counts as seen from now on (tests/findings/seen.json)")
    options = parser.parse_args()
    targets = {target["name"]: target for target in read("targets.toml")["target"]}
    data = read("findings.toml")
    names = {finding["id"] for finding in data["finding"]} if options.replay else targets.keys()
    for name in options.names:
        if name not in names:
            parser.error(f"{name}: there is no such {'finding' if options.replay else 'target'}")
    if options.packages:
        print("\n".join(sorted({target["package"] for target in targets.values()})))
        return 0
    if options.replay:
        listed = [finding for finding in data["finding"] if not options.names or finding["id"] in options.names]
        return replay_all(options.faultline, listed, targets, bool(options.names))
    with open(HERE / "seen.json", encoding="utf-8") as file:
        seen = json.load(file)
    known = {(entry["target"], entry["class"], entry["from"]) for entry in data["finding"] + data["spared"]}
    # Code that several programs share is listed with one of them.
    shared = {(kind, place) for _, kind, place in known}
    known |= {(name, kind, place) for name, reports in seen.items() for kind, place in reports}
    results, news, gone, failed = {}, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="faultline-findings-") as scratch:
        directory = (options.keep or pathlib.Path(scratch)).absolute()
        for name in options.names or targets:
            result = (options.keep and explored(targets[name], directory)) or explore(options.faultline, targets[name], directory, options.time)
            if result is None:
                failed += 1
                continue
            results[name] = result
            print(f"{name}: {coverage_of(result)}, {len(result['findings'])} findings", flush=True)
            if options.accept:
                own = {key[1:] for key in known if key[0] == name}
                extra = set(reports_of(result)) - shared - own | {tuple(key) for key in seen.get(name, [])}
                seen[name] = sorted(list(key) for key in extra)
            elsewhere = {(name, *key) for key in shared & set(reports_of(result))}
            more, less = compare(targets[name], result, known | elsewhere | {(name, *key) for key in seen.get(name, [])})
            news, gone = news + more, gone + less
    print(f"{news} new, {gone} gone, {failed} not explored")
    if options.accept:
        text = ",\n".join(f" {json.dumps(name)}: {json.dumps(reports)}" for name, reports in sorted(seen.items()) if reports)
        (HERE / "seen.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")
    if options.page:
        write_page(targets, data, results)
    return 1 if news or gone or failed else 0


if __name__ == "__main__":
    sys.exit(main())
