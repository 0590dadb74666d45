"""How long `faultline report` takes over an exploration of 5,000 points, and how large what it makes is. scripts/bench
builds and calls it.

usage: reports.py BUILD [--quick]
"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POINTS, FINDINGS = 5000, 24
GOAL_BYTES, GOAL_SECONDS = 1_000_000, 1.0


def main():
    command = Path(sys.argv[1]) / "faultline"
    rounds = 3 if "--quick" in sys.argv else 9
    print(f"\nA report of {POINTS} points. Targets in HTML: at most {GOAL_BYTES // 1000} kB, {GOAL_SECONDS:.0f} s.\n")
    with tempfile.TemporaryDirectory() as work:
        made = Path(__file__).parents[1] / "report" / "made.py"
        subprocess.run([sys.executable, made, f"{work}/made", str(POINTS), str(FINDINGS)], check=True)
        for name in ("text", "json", "html", "junit", "sarif"):
            seconds = []
            for _ in range(rounds):
                began = time.monotonic()
                subprocess.run([command, "report", "--format", name, "-o", f"{work}/out", f"{work}/made"], check=True)
                seconds.append(time.monotonic() - began)
            size = Path(work, "out").stat().st_size
            met = "" if name != "html" else "  ok" if size <= GOAL_BYTES and min(seconds) <= GOAL_SECONDS else "  MISSED"
            print(f"  {name:6} {size / 1000:8.0f} kB  {sorted(seconds)[rounds // 2]:.3f} s{met}")


if __name__ == "__main__":
    main()
