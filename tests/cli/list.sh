# list shows the table: an overview, one line on each function, groups, errors, types; as text and as JSON.
. "${0%/*}/lib.sh"
faultline list
expect 0
says out '@stdio'
faultline list functions
grep -Eq '^write +-1 +@io @write .*ENOSPC' out || fail 'no line on write'
faultline list --format json functions
cp out functions.json
holds functions.json 'len(d) > 400' \
    'all(f["family"] and f["failure"] and "delay" in f["types"] for f in d)' \
    'any(f["name"] == "open" and "open64" in f["twins"] and "ENOENT" in f["errnos"] for f in d)'
faultline list --format json groups
cp out groups.json
holds groups.json '"fsync" in d["@sync"]' 'len(d) == 14'
faultline list errnos
grep -Eq '^ENOSPC +28 +No space left on device' out || fail 'no line on ENOSPC'
faultline list types
grep -q '^corruption$' out || fail 'no corruption'
says out 'by the preload only: programs read the clock without the kernel'
faultline list --format json types
cp out types.json
holds types.json '"vDSO" in {t["name"]: t["needs_preload"] for t in d}["clock"]' \
    '{t["name"]: t["needs_preload"] for t in d}["errno"] is None'
