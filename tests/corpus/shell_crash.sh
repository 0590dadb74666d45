#!/bin/sh
# expect: crash
# absorb: *@dash
# absorb: *@bash
# A child's death is covered by its shell. (The sound twin: SOUND=1 starts one that survives.)
if [ "$SOUND" = 1 ]; then
    "$CORPUS/crash_c_sound" > out.txt || exit 1
else
    "$CORPUS/crash_c" > out.txt || exit 1
fi
echo done
