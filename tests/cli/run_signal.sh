# run ends with 128 + N where signal N killed the program, and says which.
. "${0%/*}/lib.sh"
faultline run -f 'write:EIO' -- sh -c 'kill -KILL $$'
expect 137
says err 'faultline: sh killed by SIGKILL'
faultline run -f 'write:EIO' -- sh -c 'kill -TERM $$'
expect 143
says err 'faultline: sh killed by SIGTERM'
left_nothing
