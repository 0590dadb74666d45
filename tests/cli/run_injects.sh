# The fault strikes, the summary on standard error says so, and nothing of ours goes to standard output.
. "${0%/*}/lib.sh"
writer
faultline run --seed 7 -f 'write:ENOSPC,on=2' -- ./writer a b c
expect 1
is out ac
says err 'b: ENOSPC'
says err 'faultline: ./writer exited 1; 1 fault injected into 3 calls of 1 process (33.3 %)'
says err 'calls to write fail with ENOSPC'
says err '  seed 7'
left_nothing
faultline run -q -f 'write:ENOSPC,on=2' -- ./writer a b c
is err 'b: ENOSPC'
