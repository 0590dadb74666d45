# FAULTLINE_LIBRARY names the library; one that is not there is an error, and blanks in its path are no obstacle.
. "${0%/*}/lib.sh"
writer
mkdir 'a directory'
cp "$LIB" 'a directory/lib.so'
status=0
FAULTLINE_LIBRARY="$PWD/a directory/lib.so" "$FAULTLINE" run -f 'write:EIO' -- ./writer a >out 2>err || status=$?
expect 1
says err 'a: EIO'
status=0
FAULTLINE_LIBRARY=/nonexistent.so "$FAULTLINE" run -f 'write:EIO' -- ./writer a >out 2>err || status=$?
expect 125
is err 'faultline: FAULTLINE_LIBRARY names a file that is not there'
left_nothing
