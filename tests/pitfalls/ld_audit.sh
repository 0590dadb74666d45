# P9: with an auditing library the loader has the least room for thread-local storage.
. "${0%/*}/../cli/lib.sh"
echo 'unsigned la_version(unsigned version) { return version; }' | program audit.so -shared -fPIC ||
    fail "cc: $(cat audit.so.log)"
printf '[[fault]]\nname = "f"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
writer
status=0
LD_AUDIT=$PWD/audit.so LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./writer a b >out 2>err || status=$?
expect 2
is err "$(printf 'a: EIO\nb: EIO')"
