# A static shell with its tools, and node with threads, children and files, through the kernel's door: unchanged with every
# call notified; busybox struck.
. "${0%/*}/lib.sh"
needs busybox node
for word in cat wc ls; do ln -s "$(command -v busybox)" ./$word; done
cat >script <<'END'
PATH=.
for i in 1 2 3; do echo $i | cat >>numbers; done
cat numbers | wc -l
(exit 3) || echo "status $?"
ls missing
END
cat >script.js <<'END'
const fs = require("fs"), child = require("child_process"), http = require("http")
fs.promises.readFile("numbers", "utf8").then(text => {
    console.log(text.length)
    child.exec("echo child", (error, out) => {
        console.log(out)
        const server = http.createServer((request, answer) => answer.end("served")).listen(0, "127.0.0.1", () =>
            http.get({ port: server.address().port }, answer => {
                answer.on("data", data => console.log(String(data))).on("end", () => server.close())
            }))
    })
})
END
for command in 'busybox sh script' 'node script.js'; do
    $command >bare.out 2>bare.err || true
    cp numbers numbers.bare
    [ "$command" = 'node script.js' ] || rm numbers
    faultline run -q --door kernel -f '@io,@file,@net,@process:delay=1ms,probability=0.0' -- $command
    cmp out bare.out && cmp err bare.err && cmp numbers numbers.bare || fail "$command is not as it was"
done
rm numbers
faultline run -o report.json -f 'write:errno=ENOSPC,path=**/numbers,on=2,count=run' -- ./cat script
expect 0
faultline run --door kernel -o report.json -f 'write:errno=ENOSPC,path=**/numbers,on=2,count=run' -- busybox sh script
says err 'No space left on device'
[ "$(cat numbers)" = "1
3" ] || fail 'not the second write failed'
struck 'fault("write-errno")["triggered"] == 1'
left_nothing
