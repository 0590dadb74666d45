# A plan is compiled once. Processes of a tree take the compiled plan, which is damaged, taken away and made stale here: what
# does not fit leads back to the TOML, or where there is none, to an exit status of 125 and a line that says why.
. "${0%/*}/lib.sh"
writer
plan() { printf '[[fault]]\nname = "w"\nfunctions = "write"\ntype = "errno"\nerrno = "%s"\non = "2"\n' "$1"; }
plan EIO >plan.toml
plan EROFS >other.toml

# damage FILE OFFSET: writes a byte over one of the file's.
damage='damage() { printf "\125" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }; '

faultline run -q -c plan.toml -- sh -c 'mv plan.toml moved; ./writer a b; mv moved plan.toml'
is err 'b: EIO'
faultline run -q -c plan.toml -- sh -c 'FAULT_CONFIG=other.toml ./writer a b; exit 0'
is err 'b: EROFS'
faultline run -q -c plan.toml -- sh -c 'cp plan.toml kept; cp other.toml new; mv new plan.toml; ./writer a b; mv kept plan.toml'
is err 'b: EROFS'
for offset in 0 8 16 24 32 64 200 1000; do
    faultline run -q -c plan.toml -- sh -c "$damage"'damage "$FAULT_PLAN" '$offset'; ./writer a b'
    is err 'b: EIO'
    faultline run -q -f 'write:EIO,on=2' -- sh -c "$damage"'damage "$FAULT_CONFIG" '$offset'; ./writer a b; exit $?'
    expect 125
    [ $offset = 8 ] && why='for another version of Faultline (use' || why='damaged or cannot be read (start'
    says err ": this compiled plan is $why"
    [ "$(wc -l <err)" = 1 ] || fail 'it says more than that'
done
for bytes in 0 63 64 500; do
    faultline run -q -c plan.toml -- sh -c 'truncate -s '$bytes' "$FAULT_PLAN"; ./writer a b'
    is err 'b: EIO'
    faultline run -q -f 'write:EIO,on=2' -- sh -c 'truncate -s '$bytes' "$FAULT_PLAN"; ./writer a b; exit $?'
    expect 125
done
left_nothing

# Faults of the command line alone need no file but the compiled one, and the plan of a file with faults added is another.
faultline run -q -f 'write:EIO,on=2' -- sh -c 'ls "$FAULT_RUN"; ./writer a b'
says_not out toml
is err 'b: EIO'
faultline run -q -c plan.toml -f 'write:ENOSPC,on=3' -- sh -c './writer a b c d; exit 0'
is err "b: EIO
d: ENOSPC"
# A run within a run has the plan of the outer one, unless it is given its own.
faultline run -q -f 'write:EIO,on=2' -- "$FAULTLINE" run -q -- ./writer a b
is err 'b: EIO'
faultline run -q -f 'write:EIO,on=99' -- "$FAULTLINE" run -q -c other.toml -- ./writer a b
is err 'b: EROFS'
faultline run -q -f 'write:EIO,on=99' -- "$FAULTLINE" run -q -f 'write:EROFS,on=2' -- ./writer a b
expect 125
says err ': nothing can be added to a compiled plan (name a plan with -c, or unset FAULT_CONFIG)'

# A process without the command hands on what it has compiled, in its ledger, also where an earlier image did so.
rm -f fault-stats.*
bare() { LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml "$@" >out 2>err || :; }
bare sh -c 'mv plan.toml moved; ./writer a b; mv moved plan.toml'
is err 'b: EIO'
bare env A=b sh -c 'mv plan.toml moved; ./writer a b; sh -c "./writer a b; exit 0"; mv moved plan.toml'
is err "b: EIO
b: EIO"
bare sh -c "$damage"'damage "$FAULT_PLAN" 5000; ./writer a b; exit 0'
is err 'b: EIO'
[ -z "$(find . -name '*.live')" ] || fail "left: $(find . -name '*.live')"
