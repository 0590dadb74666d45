#!/usr/bin/env python3
"""Whether the rooms of src/ keep to their order (notes.md has the map), by what their files include.

usage: rooms.py SOURCE_DIRECTORY
"""

import re
import sys
from pathlib import Path

# No include points from a room to one behind it.
ROOMS = ["sys", "calls", "plan", "ledger", "engine", "effects", "language", "api", "hook",
         "report", "door", "run", "control", "power", "explore", "cli", "tools"]

# Code that runs in a host at any time never sees the language. Plans are read at boot, and when a program asks.
IN_HOST = {"ledger", "engine", "effects", "hook"}
MAY_READ_PLANS = {"hook/boot.cpp", "hook/own_faults.cpp"}

# Libraries that take seconds to compile, and the rooms that know them.
LIBRARIES = {"toml++": {"language"}, "nlohmann": {"report"}, "CLI": {"cli"}, "event2": {"control"}}

# The families of the table are named as what they hold, whatever other rooms call their files.
FAMILIES = "calls"

# Names that two rooms have all the same.
SHARED_NAMES = set()

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)


def complaints(source):
    stems = {}
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".def"):
            continue
        name = path.relative_to(source).as_posix()
        room = name.split("/")[0]
        if room not in ROOMS:
            yield f"{name}: the room '{room}' is not on the map (add it to ROOMS and to notes.md)"
            continue
        if not (room == FAMILIES and path.suffix == ".def"):
            stems.setdefault(path.stem, set()).add(room)
        for included in INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = included.split("/")[0]
            if other in LIBRARIES and room not in LIBRARIES[other]:
                yield f"{name}: includes {included}, which is for {' and '.join(sorted(LIBRARIES[other]))} alone"
            if other not in ROOMS or "/" not in included:
                continue
            if ROOMS.index(other) > ROOMS.index(room):
                yield f"{name}: includes {included}, and {other} stands above {room}"
            if other == "language" and room in IN_HOST and name not in MAY_READ_PLANS:
                yield f"{name}: includes {included}, but {room} never sees the language of plans"
    for stem, rooms in sorted(stems.items()):
        if len(rooms) > 1 and stem not in SHARED_NAMES:
            yield f"'{stem}' is the name of files in {' and '.join(sorted(rooms))}"


def main():
    source = Path(sys.argv[1]) / "src"
    found = list(complaints(source))
    for complaint in found:
        print(complaint)
    return 1 if found or not any(source.iterdir()) else 0


if __name__ == "__main__":
    sys.exit(main())
