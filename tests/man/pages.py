#!/usr/bin/env python3
"""Whether the man pages have what the command has: a page for each subcommand, each option of it on that page and no
other, each subcommand in faultline(1), each fault type and key of plans in faultline-plan(5). And whether each subcommand
has a test of its name, tests/ROOM/NAME….sh.

usage: pages.py SOURCE_DIRECTORY FAULTLINE FAULTLINE.1.GZ     the last as the build makes it, where there is scdoc
"""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def options_of_help(text):
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)(?=[ ,\n]|$)",
                          "\n".join(re.findall(r"^  (-\S+)", text, re.MULTILINE)).replace(",", "\n")))


def options_of_page(text):
    options = text.partition("# OPTIONS\n")[2].partition("\n# ")[0]
    lines = [line for line in options.splitlines() if line.startswith("*-")]
    return set(re.findall(r"\*(--?[a-z][a-z-]*)\*", "\n".join(lines)))


def complaints(source, faultline, listing):
    pages = {path.name: path.read_text(encoding="utf-8") for path in (source / "man").glob("*.scd")}
    subcommands = [path.name.removesuffix("_command.cpp") for path in (source / "src/cli").glob("*_command.cpp")]
    if not subcommands:
        yield "no file src/cli/NAME_command.cpp was found"
    listed = gzip.decompress(listing.read_bytes()).decode() if listing.exists() else None
    for subcommand in ["", *subcommands]:
        name = f"faultline{'-' * bool(subcommand)}{subcommand}.1.scd"
        if name not in pages:
            yield f"man/{name} is missing (CONTRIBUTING.md: Adding a subcommand)"
            continue
        help_text = output(faultline, *([subcommand] if subcommand else []), "--help")
        has, says = options_of_help(help_text), options_of_page(pages[name])
        if not has:
            yield f"no option was found in the help of faultline {subcommand}"
        for option in sorted(has - says):
            yield f"man/{name} does not describe {option}"
        for option in sorted(says - has):
            yield f"man/{name} describes {option}, which does not exist"
    for subcommand in subcommands:
        if not any((source / "tests").glob(f"*/{subcommand}*.sh")):
            yield f"tests/cli/{subcommand}.sh is missing (CONTRIBUTING.md: Adding a subcommand)"
        if listed is not None and rf"\fBfaultline-{subcommand}\fR(1)" not in listed:
            yield f"faultline(1) does not name {subcommand}"
    for name in pages:
        subcommand = re.fullmatch(r"faultline-(\w+)\.1\.scd", name)
        if subcommand and subcommand[1] not in subcommands:
            yield f"man/{name} is about a subcommand that does not exist"
    plan = re.sub(r"\\(.)", r"\1", pages.get("faultline-plan.5.scd", ""))
    for kind in json.loads(output(faultline, "list", "types", "--format", "json")):
        for word in [kind["name"], *kind["keys"]]:
            if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plan):
                yield f"man/faultline-plan.5.scd does not mention {word}"


def main():
    found = list(complaints(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
