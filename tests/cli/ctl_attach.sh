# Other programs change a run: Python, C++ and C. A fault that belongs to a block does not outlive it.
. "${0%/*}/ctl_lib.sh"
root=$(cd "$shared/../.." && pwd)
steps
# shellcheck disable=SC2119 # no more than the usual is asked for
begin
export FAULTLINE_COMMAND="$FAULTLINE"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/python FAULTLINE_LIBRARY=/nowhere /usr/bin/python3 - "$pid" <<'END_OF_PYTHON' || fail 'Python'
import os, sys, faultline
def step(letter):
    os.write(3, letter)
    return os.read(4, 64)
run = faultline.attach(sys.argv[1])
with run.fault("write:errno=ENOSPC,name=disk") as name:
    assert name == "disk" and step(b"w") == b"ENOSPC\n"
    assert run.wait("disk") and not run.wait("disk", 2, timeout="1ms")
    run.set("disk", errno="EIO", probability=1.0)
    assert step(b"f") == b"EIO\n"
assert step(b"w") == b"ok\n"
assert [(f["name"], f["triggered"]) for f in run.faults()] == [("disk~1", 2)], run.faults()
try:
    with run.fault("write:ENOSUCH"):
        sys.exit("a fault that is written wrongly was taken")
except faultline.ControlError as error:
    assert "ENOSUCH" in str(error) and error.status == 125
assert len([e for e in run.events() if "change" in e]) == 3
assert not faultline.attach("no-such-program").is_there()
END_OF_PYTHON

cat >attach.cpp <<'END_OF_CPP'
#include "faultline/attach.hpp"
#include <cstdio>
#include <cstdlib>
static bool comes_to(const char* wanted)
{
    char got[64]{};
    return write(3, "w", 1) == 1 && read(4, got, sizeof got - 1) > 0 && std::string(got) == wanted;
}
int main(int, char** words)
{
    const faultline::Attached run(std::atol(words[1]));
    {
        const auto full = run.fault("write:errno=EDQUOT");
        if (!comes_to("EDQUOT\n")) return 1;
        run.wait(full.name());
    }
    if (!comes_to("ok\n")) return 2;
    try {
        run.ctl({"disable", "no-such"});
        return 3;
    } catch (const faultline::ControlError& error) {
        if (std::string(error.what()).find("no-such") == std::string::npos) return 4;
    }
    return 0;
}
END_OF_CPP
${CXX:-c++} -std=c++20 -Wall -Wextra -Werror -I"$root/include" attach.cpp -o attach || fail 'c++'
# The caller's own faults do not strike the command.
"$FAULTLINE" run -q -f 'open,open64,openat,openat64,fopen,fopen64:EACCES,path=/proc/**' -- ./attach "$pid" || fail "C++: $?"
cat >attach.c <<'END_OF_C'
#define _GNU_SOURCE
#include "faultline/attach.h"
int main(int count, char** words)
{
    char said[256];
    return faultline_ctl(words[1], (const char* const*)words + 2, said, sizeof said) != 0 || count < 3 ||
           strcmp(said, "one\n") != 0;
}
END_OF_C
${CC:-cc} -Wall -Wextra -Werror -I"$root/include" attach.c -o attach_c || fail 'cc'
./attach_c "$pid" add 'write:errno=EROFS,name=one' || fail 'C'
step w EROFS
end
