#!/bin/bash
# Real programs must not notice us:  transparent.sh PROGRAM LIBRARY
# Runs a piece of work with PROGRAM bare, and again with every function armed by a fault that never fires and by one that
# fires once in 10^12 calls: standard output, standard error and exit status have to be the same, and the statistics have
# to show that PROGRAM's calls were intercepted.
program=$1 library=$2
export LC_ALL=C TZ=UTC HOME=/nonexistent PATH=/usr/bin:/bin:/usr/sbin:/sbin
command -v "$program" > /dev/null || { echo "there is no $program here"; exit 77; }
work=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

case $program in
bash)
    cat > "$work/script" << 'END'
bash -c '
set -u
declare -A count
while read -r word; do count[$word]=$(( ${count[$word]:-0} + 1 )); done < <(printf "%s\n" a b a c b a)
for word in "${!count[@]}"; do echo "$word ${count[$word]}"; done | sort
trap "echo trapped >&2" USR1
kill -USR1 $$
(exit 3) || echo "subshell: $?"
cat <<< "here" | tr a-z A-Z
echo *.x > list; wc -c < list
exec 5> fd5; echo five >&5; exec 5>&-; cat fd5
wait $(sleep 0 & echo $!) 2> /dev/null
ls missing
exit 42'
END
    ;;
tar)
    cat > "$work/script" << 'END'
mkdir -p tree/sub && for i in 1 2 3 4 5 6 7 8 9; do seq $i 20000 > tree/sub/$i; done
ln -s sub/1 tree/link; ln tree/sub/2 tree/hard
tar cf tree.tar --sort=name --mtime=@0 --owner=0 --group=0 tree && tar tvf tree.tar && sha256sum tree.tar
tar czf tree.tgz tree && mkdir out && tar xzf tree.tgz -C out && diff -r tree out/tree && echo same
tar xf missing.tar
END
    ;;
sort)
    cat > "$work/script" << 'END'
seq 1 200000 | tac > numbers
sort -n -S 512K --parallel=2 -T . numbers | sha256sum
sort -R --random-source=numbers numbers | tail -3
sort missing
END
    ;;
gzip)
    cat > "$work/script" << 'END'
seq 1 300000 > numbers
gzip -9nk numbers && sha256sum numbers.gz && gzip -t numbers.gz && gzip -dc numbers.gz | cmp - numbers && echo same
head -c 1000 numbers.gz | gzip -dc | sha256sum
gzip -d numbers
END
    ;;
sqlite3)
    cat > "$work/script" << 'END'
sqlite3 data.db "PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
  BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) INSERT INTO t SELECT i, 'row '||i FROM n; COMMIT;
  CREATE INDEX x ON t(b); DELETE FROM t WHERE a%3=0; PRAGMA wal_checkpoint; VACUUM; SELECT count(*), sum(a), max(b) FROM t; PRAGMA integrity_check;"
sqlite3 data.db .dump | sha256sum
sqlite3 data.db "SELECT * FROM missing"
END
    ;;
python3)
    cat > "$work/script" << 'END'
/usr/bin/python3 -c '
import hashlib, json, multiprocessing, os, random, select, socket, sqlite3, subprocess, sys, tempfile, threading
random.seed(7); print(random.random())
done = []
threads = [threading.Thread(target=lambda i=i: done.append(i)) for i in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]; print(sorted(done))
print(subprocess.run(["cat"], input=b"through a pipe", capture_output=True, close_fds=True).stdout)
print(subprocess.run("echo $((6*7)); exit 3", shell=True, capture_output=True))
with multiprocessing.get_context("fork").Pool(3) as pool: print(pool.map(abs, range(-5, 5)))
a, b = socket.socketpair(); a.sendall(b"x" * 100000 if os.fork() == 0 and not b.close() else b"") or None
' 2>&1 | head -5
/usr/bin/python3 -c '
import hashlib, os, socket, sqlite3, tempfile, threading, sys
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    client = listener.accept()[0]
    while data := client.recv(4096): client.sendall(data[::-1])
    client.close()
thread = threading.Thread(target=serve); thread.start()
with socket.create_connection(listener.getsockname()) as s:
    s.sendall(b"abc"); print(s.recv(10))
thread.join()
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "f")
    with open(path, "w") as f: f.write("line\n" * 100000)
    print(hashlib.sha256(open(path, "rb").read()).hexdigest(), os.stat(path).st_size)
db = sqlite3.connect(":memory:"); db.execute("create table t(a)"); db.executemany("insert into t values(?)", ((i,) for i in range(1000)))
print(db.execute("select sum(a) from t").fetchone())
sys.stderr.write("to standard error\n"); sys.exit(5)'
END
    ;;
perl)
    cat > "$work/script" << 'END'
perl -we 'use strict; use Socket; use POSIX;
srand(7); print int(rand(1e6)), "\n";
my %h = map { $_ => length } qw(one three five); print "$_=$h{$_}\n" for sort keys %h;
pipe(my $r, my $w); if (my $p = fork) { close $w; print "child says: ", <$r>; waitpid $p, 0; print $? >> 8, "\n" } else { close $r; print $w "hello\n"; close $w; POSIX::_exit(7) }
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC); syswrite $a, "abc"; sysread $b, my $t, 3; print "$t\n";
open my $f, ">", "out" or die; print $f "$_\n" for 1..50000; close $f; open $f, "<", "out"; my $s = 0; $s += $_ while <$f>; print "$s\n";
print `echo backticks`; system("exit 4"); print $? >> 8, "\n";
$SIG{ALRM} = sub { print "alarm\n"; exit 9 }; kill ALRM => $$; sleep 1 for 1..5'
END
    ;;
git)
    cat > "$work/script" << 'END'
export GIT_AUTHOR_DATE="@1000000000 +0000" GIT_COMMITTER_DATE="@1000000000 +0000" GIT_CONFIG_NOSYSTEM=1 HOME=$PWD
git config --global user.name n; git config --global user.email e@x; git config --global init.defaultBranch main
git config --global maintenance.auto false
git init -q r && cd r
for i in 1 2 3 4 5; do seq $i 3000 > f$i; git add . && git commit -qm "commit $i"; done
git checkout -qb side HEAD~2 && seq 7 9 > g && git add g && git commit -qm side && git merge -qm merged main
git log --oneline --graph --stat | cat; git gc -q && git fsck --full; git diff HEAD~1 --stat | cat
git clone -q . ../clone && cd ../clone && git rev-parse HEAD
git checkout missing
END
    ;;
curl)
    coproc SERVER { exec /usr/bin/python3 -c '
import http.server, os
os.chdir("/usr/include")
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body[::-1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()'; }
    server=$SERVER_PID
    read -r port <&"${SERVER[0]}"
    cat > "$work/script" << END
url=http://127.0.0.1:$port
curl -sS \$url/stdio.h | sha256sum
curl -sS \$url/stdio.h \$url/stdlib.h -o a -o b && cat a b | sha256sum
curl -sS --data-binary abcdef -w ' %{http_code} %{size_download}\n' \$url/
curl -sSf \$url/missing; echo "\$?"
curl -sS http://127.0.0.1:1/ 2> refused
status=\$?
sed 's/after [0-9]* ms/after a while/' refused >&2 # how long is the machine's business
exit \$status
END
    ;;
*)
    echo "nobody has said what to do with $program"
    exit 1
    ;;
esac

# Leaves out, err and status in $work/NAME; what else is given stands in the environment.
run() {
    local name=$1
    shift
    mkdir -p "$work/$name/in"
    (cd "$work/$name/in" && exec env "$@" sh "$work/script" > ../out 2> ../err < /dev/null)
    echo $? > "$work/$name/status"
}

failed=0
run bare
for probability in 0.0 1e-12; do
    printf '[[fault]]\nname = "all"\nfunctions = ["*"]\ntype = "delay"\ndelay = "1ns"\nprobability = %s\n' $probability > "$work/plan-$probability.toml"
    name=preloaded-$probability
    mkdir "$work/stats-$probability"
    run "$name" LD_PRELOAD="$library" FAULT_CONFIG="$work/plan-$probability.toml" FAULT_STATS="$work/stats-$probability/%e.%p.json"
    for what in out err status; do
        cmp -s "$work/bare/$what" "$work/$name/$what" && continue
        echo "$what differs at probability $probability:"
        diff "$work/bare/$what" "$work/$name/$what" | head -20
        failed=1
    done
    calls=$(cat "$work/stats-$probability/$program".* | sed -n 's/.*"calls_intercepted": \([0-9]*\).*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }')
    echo "probability $probability: $program made $calls calls"
    [ "$calls" -gt 0 ] || { echo "none of its calls was intercepted"; failed=1; }
done
echo "bare: status $(cat "$work/bare/status"), $(wc -c < "$work/bare/out") bytes of output, $(wc -c < "$work/bare/err") of errors"
exit $failed
