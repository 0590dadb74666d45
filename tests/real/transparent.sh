#!/bin/bash
# Real programs must not notice us:  transparent.sh PROGRAM LIBRARY [PLAN…]
# Runs a piece of work with PROGRAM bare, and again under each plan: standard output, standard error and exit status have
# to be the same. Without plans every function is armed by a fault that never fires and by one that fires once in 10^12
# calls, and the statistics have to show that PROGRAM's calls were intercepted. The plans given are hostile but legal, and
# the statistics have to show that they struck PROGRAM. Under tiny-io each byte is a call: inputs are larger than the
# buffers that they go through (32 KiB for gzip's window, 8 KiB for Python and Perl, 6 KiB for nginx), and no more.
#   transparent.sh PROGRAM COMMAND: the same through the kernel's door of the command faultline, instead of a preload.
program=$1 library=$2
shift 2
export LC_ALL=C TZ=UTC HOME=/nonexistent PYTHONUNBUFFERED='' PATH=/usr/bin:/bin:/usr/sbin:/sbin
command -v "$program" > /dev/null || { echo "there is no $program here"; exit 77; }
work=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

case $program in
ls|cat) # and the rest of coreutils, but tac and tail, which take a short read for an error and for the end
    cat > "$work/script" << 'END'
mkdir -p d/sub e; seq 1 5000 > d/a; for i in 1 2 3 4 5 6 7 8 9; do echo $i > d/sub/$i; done
ls -U d/sub | sort; ls d/sub; ls -lR --time-style=+ d | cut -d" " -f1,2,5-
cp -r d e && diff -r d e/d && cat d/a | tee copy | wc && cmp d/a copy
head -n 3 d/a; cat d/a | tr 0-9 a-j | sha256sum; split -l 2500 d/a part; cat part* | cksum
dd if=d/a of=by-dd bs=700 iflag=fullblock 2> /dev/null; cmp d/a by-dd; du -b d/sub/*; sort -r d/a | uniq | cut -c1 | uniq -c
sleep 0.05; rm -r d && ls missing
END
    ;;
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
seq 60000 -1 1 > numbers
sort -n -S 512K --parallel=2 -T . numbers | sha256sum
sort -R --random-source=numbers numbers | tail -3
sort missing
END
    ;;
gzip)
    cat > "$work/script" << 'END'
seq 1 8000 > numbers
gzip -9nk numbers && sha256sum numbers.gz && gzip -t numbers.gz && gzip -dc numbers.gz | cmp - numbers && echo same
head -c 1000 numbers.gz | gzip -dc | sha256sum
gzip -d numbers
END
    ;;
sqlite3)
    cat > "$work/script" << 'END'
sqlite3 data.db "PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
  BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1500) INSERT INTO t SELECT i, 'row '||i FROM n; COMMIT;
  CREATE INDEX x ON t(b); DELETE FROM t WHERE a%3=0; PRAGMA wal_checkpoint; VACUUM; SELECT count(*), sum(a), max(b) FROM t; PRAGMA integrity_check;"
sqlite3 data.db .dump | sha256sum
sqlite3 data.db "SELECT * FROM missing"
END
    ;;
python3)
    cat > "$work/script" << 'END'
/usr/bin/python3 -c '
import multiprocessing, os, random, socket, subprocess, threading
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
    while data := client.recv(4096): client.sendall(data.upper())
    client.close()
thread = threading.Thread(target=serve); thread.start()
with socket.create_connection(listener.getsockname()) as s:
    s.sendall(b"abc"); s.shutdown(socket.SHUT_WR); print(b"".join(sorted(iter(lambda: s.recv(10), b""))))
thread.join()
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "f")
    with open(path, "w") as f: f.write("line\n" * 20000)
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
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC); syswrite $a, "abc"; close $a; my $t = ""; 1 while sysread $b, $t, 3, length $t; print "$t\n";
open my $f, ">", "out" or die; print $f "$_\n" for 1..10000; close $f; open $f, "<", "out"; my $s = 0; $s += $_ while <$f>; print "$s\n";
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
redis-server)
    cat > "$work/script" << 'END'
redis-server --port 0 --unixsocket "$PWD/socket" --save "" --appendonly yes --appendfsync always --dir "$PWD" --daemonize no > log &
for _ in $(seq 500); do [ -S socket ] && break; sleep 0.02; done
redis="env -u LD_PRELOAD redis-cli -s socket" # gives up at the first EINTR
# without --pipe it asks first what commands there are: 170 kB a time
seq 1 300 | sed "s/.*/SET key& value&/" | $redis --pipe
seq 1 300 | sed "s/.*/LPUSH list &/" | $redis --pipe | tail -n 1; $redis SORT list LIMIT 0 3; $redis GET key77; $redis DBSIZE
$redis SET big "$(seq 1 2000)"; $redis STRLEN big; $redis GET big | sha256sum; $redis SAVE; $redis BGREWRITEAOF > /dev/null
$redis SHUTDOWN NOSAVE; wait; echo $?
redis-check-rdb dump.rdb | grep -c "RDB looks OK"
END
    ;;
nginx)
    cat > "$work/script" << 'END'
mkdir html && seq 1 3000 > html/numbers && echo small > html/index.html
cat > conf << CONF
daemon off; master_process off; pid $PWD/pid; error_log $PWD/error; user root;
events {}
http { access_log off; output_buffers 2 6k; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
gzip on; gzip_types *; server { listen unix:$PWD/socket; root $PWD/html; } }
CONF
nginx -p "$PWD" -c "$PWD/conf" -e "$PWD/error" &
for _ in $(seq 500); do [ -S socket ] && break; sleep 0.02; done
get="curl -sS --unix-socket socket"
$get http://x/ http://x/numbers | sha256sum; $get --compressed http://x/numbers | tail -n 1
$get -r 10-19 http://x/numbers | od -c; $get -o /dev/null -w "%{http_code}\n" http://x/missing
kill -QUIT $!; wait; echo $?; grep -c missing error
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
    echo "this test does not say what to do with $program"
    exit 1
    ;;
esac

# Leaves out, err and status in $work/NAME; what else is given stands in the environment.
run() {
    local name=$1
    shift
    mkdir -p "$work/$name" "$work/in"
    # shellcheck disable=SC2086 # words are wanted
    (cd "$work/in" && exec env "$@" $under sh "$work/script" > "../$name/out" 2> "../$name/err" < /dev/null)
    echo $? > "$work/$name/status"
    rm -rf "$work/in"
}

failed=0 under=
# try NAME PLAN COUNTER: under the plan all is as it was bare, and PROGRAM's records count something.
try() {
    local name=$1 plan=$2 counter=$3 what sum
    mkdir "$work/stats-$name"
    if [ "$program $name" = "nginx hostile-tiny-io" ]; then # its configuration it takes for broken if it is read in parts
        sed 's/"file", //' "$plan" > "$work/tiny-io-but-files.toml"
        plan=$work/tiny-io-but-files.toml
    fi
    if [ "${library##*/}" = faultline ]; then
        under="$library run -q --door kernel -c $plan --"
        run "$name" FAULT_STATS="$work/stats-$name/%e.%p.json"
    else
        run "$name" LD_PRELOAD="$library" FAULT_CONFIG="$(realpath "$plan")" FAULT_STATS="$work/stats-$name/%e.%p.json"
    fi
    for what in out err status; do
        cmp -s "$work/bare/$what" "$work/$name/$what" && continue
        echo "$what differs under $name:"
        diff "$work/bare/$what" "$work/$name/$what" | head -20
        failed=1
    done
    sum=$(cat "$work/stats-$name/$program".* | sed -n "s/.*\"$counter\": \([0-9]*\).*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }')
    echo "$name: $counter of $program $sum"
    [ "$sum" -gt 0 ] || { echo "$program was never reached"; failed=1; }
}

run bare
if [ $# != 0 ]; then
    for plan; do
        plan_name=${plan##*/}
        try "${plan_name%.toml}" "$plan" faults_triggered
    done
else
    for probability in 0.0 1e-12; do
        printf '[[fault]]\nname = "all"\nfunctions = ["*"]\ntype = "delay"\ndelay = "1ns"\nprobability = %s\n' $probability > "$work/plan-$probability.toml"
        try "probability-$probability" "$work/plan-$probability.toml" calls_intercepted
    done
fi
echo "bare: status $(cat "$work/bare/status"), $(wc -c < "$work/bare/out") bytes of output, $(wc -c < "$work/bare/err") of errors"
exit $failed
