# run passes the program's exit status on.
. "${0%/*}/lib.sh"
for each in 0 1 42 125 255; do
    faultline run -f 'write:EIO,on=99' -- sh -c "exit $each"
    expect $each
done
left_nothing
