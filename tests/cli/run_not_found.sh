# A program that is not there: 127; one that cannot be executed: 126. As env has them.
. "${0%/*}/lib.sh"
faultline run -f 'write:EIO' -- ./nothing
expect 127
is err 'faultline: ./nothing: No such file or directory'
faultline run -f 'write:EIO' -- no-such-command
expect 127
is err 'faultline: no-such-command: there is no such command along PATH'
touch plain
faultline run -f 'write:EIO' -- ./plain
expect 126
is err 'faultline: ./plain: Permission denied'
faultline run -f 'write:EIO' -- /
expect 126
is err 'faultline: /: it is a directory'
echo '#!/nowhere/at-all' >script && chmod +x script
faultline run -f 'write:EIO' -- ./script
expect 127
says err "./script: its interpreter /nowhere/at-all cannot be used: there is no such file"
left_nothing
