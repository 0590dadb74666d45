# The GitHub Action's script: options from its inputs, annotations for new findings, a summary, outputs, SARIF. At first a
# stand-in for the command leaves what an exploration leaves, for only what is made of it is at stake.
. "${0%/*}/lib.sh"
repository=$(cd "$shared/../.." && pwd)
# What action.yml and the script say to each other: each input that there is reaches it, it takes no other, and what is read of
# its outputs it writes. GitHub would take a name that does not exist for an empty text.
/usr/bin/python3 - "$repository" <<'END' || fail 'action.yml and scripts/action do not fit'
import re, sys
action, script = (open(f"{sys.argv[1]}/{name}").read() for name in ("action.yml", "scripts/action"))
script = re.sub("^#.*", "", script, flags=re.M)
same = lambda what, one, other: one and set(one) == set(other) or sys.exit(f"{what}: {sorted(set(one) ^ set(other))}")
declared = re.findall(r"^  ([a-z-]+): {", action.partition("\ninputs:\n")[2].partition("\noutputs:\n")[0], re.M)
handed = dict(re.findall(r"^        (INPUT_[A-Z_]+): \${{ inputs\.([a-z-]+) }}$", action, re.M))
same("inputs that are declared, and that are handed over", declared, re.findall(r"\binputs\.([a-z-]+)", action))
same("their variables", ["INPUT_" + name.upper().replace("-", "_") for name in declared], handed)
taken = re.findall(r"\bINPUT_[A-Z_]+", script) + ["INPUT_" + name for name in re.findall(r"\b([A-Z_]+)=--", script)]
same("variables that are handed over, and that the script takes", handed, taken)
written = re.findall(r"(?:\\n|\b)([a-z]+)=[${]", "\n".join(line for line in script.splitlines() if "output" in line.lower()))
for read in re.findall(r"steps\.explore\.outputs\.([a-z]+)", action):
    read in written or sys.exit(f"the script does not write {read}, but {written}")
END
mkdir bin
cat >bin/faultline <<'END'
#!/bin/sh
case $1 in
report) echo "the disk is full" >&2 && exit 125 ;;
esac
echo "$@" >asked
[ -z "${NOTHING:-}" ] || exit 124
mkdir -p faultline-explore
cat >faultline-explore/findings.json <<'JSON'
{"points": 7, "findings": [
 {"class": "crash", "detail": "SIGSEGV, 100%\nof it", "point": "malloc@1 ENOMEM", "known": false},
 {"class": "hang", "detail": "a|b", "point": "read@2 EIO", "known": true}]}
JSON
exit 1
END
chmod +x bin/faultline
action() { # NAME=VALUE…
    status=0
    rm -f output summary asked
    env PATH="$PWD/bin:$PATH" GITHUB_OUTPUT=output GITHUB_STEP_SUMMARY=summary "$@" "$repository/scripts/action" explore \
        >out 2>err || status=$?
}
action INPUT_COMMAND='make test' INPUT_FAULTS=io,oom INPUT_FAIL_ON=crash INPUT_CHECK='test -e x'
expect 0
is asked 'explore --quiet --check test -e x --try io,oom --fail-on crash --absorb faultline-explore/absorbed -o faultline-explore -- sh -c make test'
says out '::warning title=faultline crash::SIGSEGV, 100%25%0Aof it (malloc@1 ENOMEM)'
says_not out 'hang'
says out '::warning title=faultline::the report for code scanning is not complete: the disk is full'
is output "$(printf 'status=1\nfindings=2\nnew=1')"
says summary '2 findings, 1 new, in 7 points'
says summary '| hang | a\|b | read@2 EIO | known |'
rm -r faultline-explore
action INPUT_COMMAND=true NOTHING=1
expect 0
is output 'status=124'
says out '::error title=faultline::the exploration ended with status 124'
action INPUT_CHECK=x
[ "$status" != 0 ] || fail 'no command, and no mistake'
says err 'INPUT_COMMAND: the command to explore'

# The real command: SARIF is made, and points at what is asked for where there is no source line.
unshare --mount --pid --fork true 2>/dev/null || skip 'the kernel allows no namespaces here'
program planted -O1 <<'PROGRAM' || fail "cc: $(cat planted.log)"
#include <stdlib.h>
#include <string.h>
int main(void)
{
    char* const copy = malloc(16); /* that it may fail is not looked at */
    return strcpy(copy, "shop")[0] != 's';
}
PROGRAM
ln -sf "$FAULTLINE" bin/faultline
action INPUT_COMMAND='exec ./planted' INPUT_FAULTS=oom INPUT_LOCATION=src/shop.c
expect 0
[ -s faultline-explore/faultline.sarif ] || fail "no SARIF: $(cat faultline-explore/report.log)"
is output "$(printf 'status=1\nfindings=1\nnew=1\nsarif=faultline-explore/faultline.sarif')"
says_not out 'not complete'
/usr/bin/python3 - faultline-explore/faultline.sarif <<'END' || fail 'the SARIF is not as it should be'
import json, sys
[run] = json.load(open(sys.argv[1]))["runs"]
[result] = run["results"]
assert result["ruleId"] == "crash/oom", result
[location] = result["locations"]
assert location["physicalLocation"]["artifactLocation"]["uri"] == "src/shop.c", location
END
