# --report makes one document of all processes, whose sums are those of the parts; -o says where.
. "${0%/*}/lib.sh"
writer
faultline run -q --seed 5 -f 'write:EIO,on=1' -f 'read:short,bytes=1' --report -- sh -c './writer a b >&2; ./writer c >&2'
expect 1
cp out report.json
holds report.json \
    'list(d)[0] == "faultline"' \
    'd["command"][0] == "sh" and d["exit"] == "exited 1" and d["status"] == 1 and d["seed"] == 5' \
    'd["options"] == ["write:EIO,on=1", "read:short,bytes=1"]' \
    'd["stats"]["calls_intercepted"] == sum(p["stats"]["calls_intercepted"] for p in d["processes"])' \
    'd["stats"]["faults_triggered"] == sum(p["stats"]["faults_triggered"] for p in d["processes"])' \
    'd["stats"]["faults_triggered"] == sum(len(p["events"]) for p in d["processes"])' \
    'd["stats"]["faults_skipped"] == d["stats"]["calls_intercepted"] - d["stats"]["faults_triggered"]' \
    'd["functions"]["write"]["calls"] == sum(p["functions"].get("write", {"calls": 0})["calls"] for p in d["processes"])' \
    'set(d["faults"]) == {"write-errno", "read-short"}' \
    'd["faults"]["write-errno"]["errors"]["EIO"] == d["faults"]["write-errno"]["triggered"]' \
    'all(p["seed"] == 5 for p in d["processes"])'
faultline run -q --seed 5 -f 'write:EIO,on=1' -o file.json -- ./writer a b
expect 1
is out b
holds file.json 'd["stats"]["faults_triggered"] == 1' 'len(d["processes"]) == 1' \
    'd["processes"][0]["events"][0]["target"] == "write"' 'd["processes"][0]["events"][0]["errno"] == "EIO"'
left_nothing
