#!/bin/sh
# expect: silent-wrong
# try: io
# absorb: *@dash
# absorb: *@bash
# A pipe hides that its first command failed. (The sound twin: SOUND=1. What the shell itself swallows is not at issue.)
if [ "$SOUND" = 1 ]; then
    "$CORPUS/mute_fail_c_sound" > out.txt || exit 1
else
    "$CORPUS/mute_fail_c_sound" 2> /dev/null | cat > out.txt
fi
