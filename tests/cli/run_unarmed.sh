# A library that the loader refuses leaves the program without its faults: 125, whatever the program's own status.
. "${0%/*}/lib.sh"
echo 'this is no library' >broken.so
status=0
FAULTLINE_LIBRARY=$PWD/broken.so "$FAULTLINE" run -f 'write:EIO' -- true >out 2>err || status=$?
expect 125
says err 'faultline: the faults were not armed in true, which exited 0'
left_nothing
