"""Test suites that others wrote, run twice: without us, and with every row armed by a fault that never fires. What differs
is ours.

usage: gate.py LIBRARY [--quick] [--verbose] PART...      PART: python, redis, sqlite3, stress

A test that differs is run again, twice both ways: one that does not hold still without us either is reported, and
counts for nothing. Exit status 1 where a test differs, 77 where none could be run.
"""
import argparse, concurrent.futures, glob, os, re, shutil, signal, subprocess, sys, tempfile, time
import xml.etree.ElementTree as xml

PLAN = '[[fault]]\nname = "all"\nfunctions = ["*"]\ntype = "errno"\nprobability = 0.0\n[stats]\nevents = 0\n'

# Of CPython's own suite, what asks the most of libc. The first ones fit into the time of an ordinary test.
PYTHON_QUICK = """test_os test_posix test_subprocess test_select test_poll test_epoll test_mmap test_tempfile
    test_fileio test_pty test_thread test_fork1 test_popen test_fcntl test_wait3 test_wait4 test_socketserver test_pipes test_ioctl
    test_asyncio.test_subprocess test_asyncio.test_unix_events test_sqlite3""".split()
PYTHON_FULL = PYTHON_QUICK + """test_io test_socket test_signal test_selectors test_threading test_asyncio test_eintr test_file test_largefile test_shutil test_pathlib
    test_posixpath test_glob test_time test_thread test_threadsignals test_threading_local test_queue test_sched test_stat test_locale
    test_mailbox test_zipfile test_tarfile test_gzip test_bz2 test_lzma test_dbm test_shelve test_resource test_pwd test_grp
    test_httpservers test_urllib2_localnet test_ftplib test_smtplib test_poplib test_ssl test_multiprocessing_fork
    test_multiprocessing_spawn test_multiprocessing_main_handling test_concurrent_futures test_faulthandler test_cmd_line
    test_getpass test_openpty test_tty test_syslog test_uuid test_random test_hashlib test_ctypes test_logging""".split()
# Without us they hang or differ from run to run: what is not there, and what measures time.
PYTHON_IGNORED = ["*VSOCK*", "*RDS*", "*test_is_dangerous*"]

STRESS_QUICK = """access close dentry dup eventfd fcntl fiemap file-ioctl filename flock fork fstat getdent hdd lockf malloc mq msg mutex
    nanosleep open pipe poll pthread rename revio seek sem-sysv sendfile sigfd sigq signal sockpair spawn splice tee timer unlink
    utime vfork""".split()
STRESS_FULL = STRESS_QUICK + """chdir chmod dir inotify link mmap pty sem shm sock symlink udp yield aio alarm bigheap brk clone daemon epoll exec
    fallocate fault fifo io-uring itimer kill locka lockofd madvise memfd mincore mlock mprotect mremap msync munmap pidfd prctl procfs
    remap rlimit rseq schedpolicy session sigchld sigpending sigrt sigsegv sigsuspend sigtrap stack switch sysinfo timerfd tsearch
    userfaultfd vm wait xattr zero zlib""".split()


class Side:
    """One way to run things, bare or armed, in a directory of its own."""

    def __init__(self, name, work, library):
        self.name, self.work, self.library = name, os.path.join(work, name), library
        os.makedirs(self.work)
        for directory in (work, self.work):
            os.chmod(directory, 0o755)  # tests become other users, who have to read the plan
        self.calls = 0

    def environment(self, directory):
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": directory, "TMPDIR": directory, "TZ": "UTC"}
        if self.name == "armed":
            plan = os.path.join(self.work, "plan.toml")
            with open(plan, "w") as file:
                file.write(PLAN)
            os.makedirs(os.path.join(self.work, "stats"), exist_ok=True)
            os.chmod(os.path.join(self.work, "stats"), 0o1777)
            environment |= {"LD_PRELOAD": self.library, "FAULT_CONFIG": plan, "FAULT_STATS": os.path.join(self.work, "stats/%p.json")}
        return environment

    def run(self, command, seconds):
        """(status, output, directory); status is None after so many seconds."""
        directory = tempfile.mkdtemp(dir=self.work)
        os.chmod(directory, 0o755)
        with open(os.path.join(directory, "output"), "w+", errors="replace") as output:
            process = subprocess.Popen(command, cwd=directory, env=self.environment(directory), stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                status = None
            try:
                os.killpg(process.pid, signal.SIGKILL)  # and what it has left behind
            except ProcessLookupError:
                pass
            process.wait()
            output.seek(0)
            text = output.read()
        self.count()
        return status, text, directory

    def count(self):
        """Adds up what was intercepted, so that a gate that armed nothing does not pass."""
        for path in glob.glob(os.path.join(self.work, "stats", "*")):
            try:
                with open(path, errors="replace") as file:
                    found = re.search(r'"calls_intercepted": (\d+)', file.read(4096))
                self.calls += int(found[1]) if found else 0
                os.unlink(path)
            except OSError:
                pass


def python(side, module, seconds=200):
    status, text, directory = side.run(["/usr/bin/python3", "-m", "test", "--timeout", str(seconds - 20), "--junit-xml", "results.xml"] +
                                       [word for each in PYTHON_IGNORED for word in ("-i", each)] + [module], seconds)
    results, path = {}, os.path.join(directory, "results.xml")
    if os.path.exists(path):
        for case in xml.parse(path).iter("testcase"):
            kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
            results[case.get("name") or "without a name"] = "+".join(sorted(kinds)) or "passed"
    results[module] = "did not end" if status is None else f"exit status {status}"
    shutil.rmtree(directory, ignore_errors=True)
    return results, text


def stress(side, stressor, seconds=60):
    status, text, directory = side.run(["stress-ng", "--verify", "--" + stressor, "1", "--" + stressor + "-ops", "200", "--timeout", "3",
                                        "--temp-path", ".", "--oomable"], seconds)
    shutil.rmtree(directory, ignore_errors=True)
    said = sorted({re.sub(r"\d+", "N", line.split("]", 1)[-1]) for line in text.splitlines() if "fail" in line and "failed: 0" not in line})
    return {stressor: f"exit status {status} {' '.join(said)}" if status is not None else "did not end"}, text


def redis(side, unit, seconds=120):
    """redis-benchmark against a server, both armed: each test ends without an error, and the server has counted every command."""
    script = r"""
redis-server --port 0 --unixsocket "$PWD/s" --save '' --appendonly %s --daemonize no >server.log 2>&1 & server=$!
for i in $(seq 200); do redis-cli -s s ping 2>/dev/null | grep -q PONG && break; sleep 0.05; done
redis-benchmark -s s -n 2000 -c 10 -P 4 -r 100 --csv 2>&1 | cut -d , -f 1
redis-cli -s s info commandstats | tr -d '\r' | sed -n 's/^cmdstat_\([a-z]*\):calls=\([0-9]*\).*failed_calls=\([0-9]*\)$/\1 \2 \3/p' | grep -v -e info -e ping
redis-cli -s s bgrewriteaof | cut -c 1-10; redis-cli -s s shutdown nosave; wait $server; echo "server $?" """ % unit
    status, text, directory = side.run(["sh", "-c", script], seconds)
    shutil.rmtree(directory, ignore_errors=True)
    lines = text.splitlines()
    results = {f"{unit} {line.split()[0]}": line for line in lines if line}
    return results | {f"appendonly {unit}": "did not end" if status is None else f"exit status {status}"}, text


SQL = {
    "rollback": "PRAGMA journal_mode=DELETE;", "wal": "PRAGMA journal_mode=WAL;", "persist": "PRAGMA journal_mode=PERSIST;",
    "mmap": "PRAGMA mmap_size=100000000;", "exclusive": "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"}


def sqlite3(side, mode, seconds=60):
    """What sqlite3 makes of a database that four writers share."""
    script = r"""
sqlite3 t.db "%s CREATE TABLE t(w INTEGER, i INTEGER, x TEXT, PRIMARY KEY(w, i)) WITHOUT ROWID; CREATE INDEX by ON t(x);" 
for w in 1 2 3 4; do
    for i in 1 2 3 4 5; do echo "BEGIN IMMEDIATE; WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k+1 FROM n WHERE k<200)
        INSERT INTO t SELECT $w, $i*1000+k, hex(k*$w) FROM n; UPDATE t SET x = x || 'u' WHERE w = $w AND i %% 7 = 0; COMMIT;"; done |
        sqlite3 -cmd '.timeout 30000' -bail t.db & done; wait
sqlite3 t.db "VACUUM; REINDEX; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA integrity_check; SELECT count(*), sum(i), max(x) FROM t;"
sqlite3 t.db .dump | sha256sum; sqlite3 t.db ".backup b.db" && sqlite3 b.db "PRAGMA quick_check"; sqlite3 t.db .sha3sum; ls""" % SQL[mode]
    status, text, directory = side.run(["sh", "-c", script], seconds)
    shutil.rmtree(directory, ignore_errors=True)
    return {mode: "did not end" if status is None else f"exit status {status}: {text}"}, text


class Part:
    def __init__(self, run, quick, full, at_once, needs):
        self.run, self.quick, self.full, self.at_once, self.needs = run, quick, full, at_once, needs


PARTS = {
    "python": Part(python, PYTHON_QUICK, PYTHON_FULL, True, "/usr/lib/python3.*/test/test_os.py"),
    "redis": Part(redis, ["no"], ["no", "yes"], True, "/usr/bin/redis-benchmark"),
    "sqlite3": Part(sqlite3, ["rollback", "wal"], list(SQL), True, "/usr/bin/sqlite3"),
    "stress": Part(stress, STRESS_QUICK, STRESS_FULL, False, "/usr/bin/stress-ng"),
}


def both(part, sides, unit):
    if not part.at_once:  # they would fight for ports and the like
        return [part.run(side, unit) for side in sides]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda side: part.run(side, unit), sides))


def differences(one, other):
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def gate(name, sides, quick, verbose):
    part, tests, differing, unsteady = PARTS[name], 0, [], []
    for unit in part.quick if quick else part.full:
        began = time.monotonic()
        (bare, _), (armed, text) = both(part, sides, unit)
        tests += len(bare)
        suspects = differences(bare, armed)
        seen = {test: ({bare.get(test)}, {armed.get(test)}) for test in suspects}
        for _ in range(2 if suspects else 0):  # one after the other, so that neither slows the other down
            for side, which in zip(sides, (0, 1)):
                results, _ = part.run(side, unit)
                for test in suspects:
                    seen[test][which].add(results.get(test))
        for test, (without, with_us) in seen.items():
            if without & with_us:
                unsteady.append(test)
            else:
                differing.append(test)
                print(f"  DIFFERS {name}: {test}: {' or '.join(map(str, without))} without us, {' or '.join(map(str, with_us))} with us")
                print("    " + "\n    ".join(text.splitlines()[-40:]))
        if verbose:
            print(f"  {unit}: {len(bare)} tests, {time.monotonic() - began:.1f} s", flush=True)
    armed_calls = sides[1].calls
    print(f"{name}: {tests} tests run twice, {len(differing)} differ, {len(unsteady)} do not hold still without us either"
          f"{': ' + ', '.join(unsteady) if unsteady else ''}; {armed_calls} calls intercepted", flush=True)
    if armed_calls == 0:
        print(f"  {name}: nothing was intercepted: the gate proves nothing")
    return len(differing) == 0 and armed_calls > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    passed, ran = True, 0
    for name in options.parts:
        if not glob.glob(PARTS[name].needs):
            print(f"skipped: {name}: there is no {PARTS[name].needs}")
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
            sides = [Side(each, work, os.path.abspath(options.library)) for each in ("bare", "armed")]
            passed = gate(name, sides, options.quick, options.verbose) and passed
        ran += 1
    sys.exit(77 if ran == 0 else 0 if passed else 1)


main()
