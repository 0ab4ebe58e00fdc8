# SPDX-License-Identifier: MIT
"""harness: one etagd per test, on a port that the kernel chose, in a folder of
its own, and looked over when the test is done.

Nothing here waits for an amount of time: a server is ready when it says so on
its error log, a line is there when it can be read.  When the test ends the
server must end well too: status 0, no sanitizer report, no failed CHECK, as
many connections closed as accepted, no process and no descriptor left.
"""
import atexit
import errno
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from signal import SIGCONT, SIGHUP, SIGKILL, SIGSTOP, SIGTERM

from linter import Linter
from wire import DEADLINE_S, Connection

TOP = pathlib.Path(__file__).resolve().parents[2]

READY = re.compile(r"M010: serving (\S.*?) with (\d+) workers?")
RENEWED = re.compile(r"M013: generation (\d+) serves with (\d+) workers?")
BYE = re.compile(r"M090: .*accepted=(\d+) closed=(\d+) requests=(\d+)"
                 r"(?: (taken|given)=(\d+))?")
ALARM = re.compile(r"CHECK failed|AddressSanitizer|LeakSanitizer|"
                   r"UndefinedBehaviorSanitizer|runtime error:|"
                   r"Sanitizer: |stack smashing")


def binary():
    """$ETAGD, else the newest build*/etagd in this tree."""
    if os.environ.get("ETAGD"):
        return pathlib.Path(os.environ["ETAGD"]).resolve()
    built = sorted(TOP.glob("build*/etagd"), key=lambda p: p.stat().st_mtime)
    if not built:
        raise RuntimeError("no etagd: set ETAGD or build in build/")
    return built[-1]


def need(why):
    """Skips a test, but not where everything has to be there."""
    import pytest  # t/fault/run does without
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def sanitized():
    """Built with a sanitizer, which needs what confinement takes away."""
    return b"__asan_" in binary().read_bytes()


def until(what, check, deadline_s=DEADLINE_S):
    """Waits for a state that only looking again can tell (a file's growth, a
    process's end).  The step is short and the deadline far."""
    end = time.monotonic() + deadline_s
    while True:
        result = check()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError("never came: %s" % what)
        time.sleep(0.005)


def feed(fifo):
    """A FIFO's writing end, once somebody reads there; open() would wait for
    that for ever."""
    def opened():
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as why:
            if why.errno != errno.ENXIO:
                raise
            return None
    fd = until("a reader of %s" % fifo, opened)
    os.set_blocking(fd, True)
    return os.fdopen(fd, "w")


def environment():
    env = dict(os.environ)
    env.pop("JOURNAL_STREAM", None)
    env.pop("NOTIFY_SOCKET", None)
    env.setdefault("ASAN_OPTIONS", "exitcode=99:detect_stack_use_after_return=1"
                   ":strict_string_checks=1")
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    return env


def run(*args, timeout=DEADLINE_S, cwd=None, stdin=None, wrap=()):
    """A run of etagd that ends by itself (-t, --help-config, ...)."""
    done = subprocess.run([*wrap, str(binary())] + [str(a) for a in args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=timeout, cwd=cwd,
                          env=environment(), text=True, errors="replace")
    assert not ALARM.search(done.stderr), done.stderr
    return done


def start(*args):
    """A run of etagd that ends when something else has happened."""
    return subprocess.Popen([str(binary())] + [str(a) for a in args],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, env=environment(),
                            text=True, errors="replace")


class Tree:
    """A folder of files to serve, written in the ways in which files change."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.root.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, data, mtime=None):
        """In place: the inode stays."""
        p = self.path(name)
        p.parent.mkdir(parents=True, exist_ok=True)
        p.write_bytes(data.encode() if isinstance(data, str) else data)
        if mtime is not None:
            os.utime(p, (mtime, mtime))
        return p

    def replace(self, name, data, mtime_ns=None):
        """By rename: another inode takes the name at once."""
        p = self.path(name)
        new = p.with_name(p.name + ".new~")
        new.write_bytes(data.encode() if isinstance(data, str) else data)
        if mtime_ns is not None:
            os.utime(new, ns=(mtime_ns, mtime_ns))
        os.rename(new, p)
        return p

    def symlink(self, name, to):
        p = self.path(name)
        p.parent.mkdir(parents=True, exist_ok=True)
        p.symlink_to(to)
        return p

    def mkdir(self, name):
        p = self.path(name)
        p.mkdir(parents=True, exist_ok=True)
        return p


def ini(sections, rules=""):
    """{section: {key: value or [values]}} as text, then rules as they are."""
    out = []
    for section, keys in sections.items():
        out.append("[%s]" % section)
        for key, value in keys.items():
            for v in value if isinstance(value, (list, tuple)) else [value]:
                out.append("%s = %s" % (key, v))
        out.append("")
    return "\n".join(out) + rules + "\n"


class Process:
    """A started program whose standard error is read line by line."""

    def __init__(self, argv, cwd, env=None):
        self.lines = []
        self.changed = threading.Condition()
        self.ended = []  # of the two lists, those that grow no more
        self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, cwd=cwd,
                                      env={**environment(), **(env or {})},
                                      start_new_session=True)
        self.stdout = []
        self.readers = [threading.Thread(target=self._read, args=(f, to),
                                         daemon=True)
                        for f, to in ((self.popen.stderr, self.lines),
                                      (self.popen.stdout, self.stdout))]
        for t in self.readers:
            t.start()

    @property
    def pid(self):
        return self.popen.pid

    def _read(self, stream, to):
        with stream:
            for raw in stream:
                with self.changed:
                    to.append(raw.decode("utf-8", "replace").rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.ended.append(to)
            self.changed.notify_all()

    def _await(self, lines, pattern, since, timeout):
        pattern = re.compile(pattern)
        end = time.monotonic() + timeout
        at = since
        with self.changed:
            while True:
                while at < len(lines):
                    m = pattern.search(lines[at])
                    at += 1
                    if m:
                        return m
                left = end - time.monotonic()
                ended = any(lines is e for e in self.ended)
                if ended or left <= 0:
                    raise AssertionError("no line %r (%s):\n%s" % (
                        pattern.pattern, "ended" if ended else "deadline",
                        "\n".join(lines[since:])))
                self.changed.wait(left)

    def await_line(self, pattern, since=0, timeout=DEADLINE_S):
        """The match of the first error-log line from `since` on that has it."""
        return self._await(self.lines, pattern, since, timeout)

    def await_stdout(self, pattern, since=0, timeout=DEADLINE_S):
        return self._await(self.stdout, pattern, since, timeout)

    def mark(self):
        """Where the error log ends now, for await_line(since=)."""
        with self.changed:
            return len(self.lines)


def proc_stat(pid):
    """(comm, state, ppid, session) or None when there is no such process."""
    try:
        text = pathlib.Path("/proc/%s/stat" % pid).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    comm = text[text.index("(") + 1:text.rindex(")")]
    rest = text[text.rindex(")") + 2:].split()
    return comm, rest[0], int(rest[1]), int(rest[3])


def alive(pid):
    stat = proc_stat(pid)
    return stat is not None and stat[1] not in "ZX"


def halt(pid):
    """Stops a process, and waits until it stands: the signal is on its way
    until then, and what it was about to do is still done."""
    os.kill(pid, SIGSTOP)
    until("process %d stopped" % pid, lambda: (
        proc_stat(pid) or ("", "X"))[1] in "TtZX")


def processes():
    return [int(p) for p in os.listdir("/proc") if p.isdigit()]


def descriptors(pid):
    """{number: what /proc says that it is}; of a process that is gone: none"""
    found = {}
    folder = "/proc/%d/fd" % pid
    try:
        numbers = os.listdir(folder)
    except (FileNotFoundError, ProcessLookupError):
        return found
    for n in numbers:
        try:
            found[int(n)] = os.readlink("%s/%s" % (folder, n))
        except FileNotFoundError:
            pass
    return found


def about(pid, n):
    """What /proc says of a descriptor; of one that is closed by now: nothing"""
    try:
        return pathlib.Path("/proc/%d/fdinfo/%d" % (pid, n)).read_text()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return ""


def polled(pid):
    """What a process's epoll instances watch, as descriptors() shows it."""
    try:
        held = descriptors(pid)
    except PermissionError:
        return set()
    return {held.get(int(t)) for n, what in held.items()
            if what == "anon_inode:[eventpoll]"
            for t in re.findall(r"(?m)^tfd:\s*([0-9]+)", about(pid, n))}


def watches(pid):
    """Files and directories that a process watches."""
    return sum(about(pid, n).count("inotify wd:")
               for n, what in descriptors(pid).items()
               if what == "anon_inode:inotify")


def generation(pid):
    """Of a worker, as its title says; 0: of none."""
    try:
        title = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    m = re.match(rb"etagd: worker .*, generation (\d+)", title)
    return int(m.group(1)) if m else 0


def listening_inodes(port):
    """Inodes of the sockets that listen on a TCP port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = pathlib.Path(table).read_text().splitlines()[1:]
        except FileNotFoundError:
            continue
        for row in rows:
            col = row.split()
            if col[3] == "0A" and int(col[1].rpartition(":")[2], 16) == port:
                found.add(col[9])
    return found


# A fixture that fails while it sets up has nobody who stops its server.
STARTED = []


@atexit.register
def kill_what_is_left():
    for server in STARTED:
        if not server.stopped:
            server.kill()
            server.cleanup()


class Server:
    """One running etagd.

    conf    {section: {key: value}}, laid over the harness's own
    rules   text appended to the ini file ([cache ...], [header ...], ...)
    files   {name: bytes or text} written below the root before the start
    args    further arguments of the command line
    text    the whole ini file instead of conf and rules
    env     variables of its environment besides those of this process
    wrap    program and arguments that start it (systemd-socket-activate)
    """

    def __init__(self, conf=None, rules="", files=None, args=(), text=None,
                 folder=None, start=True, lint=True, strong=True, adhoc=False,
                 descriptors=None, env=None, wrap=(), program=None):
        self.keep = bool(os.environ.get("T_KEEP"))
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="etagd-t-"))
        # A root reached by an unprivileged worker must be open on the way.
        os.chmod(self.folder, 0o755)
        self.tree = Tree(self.folder / "www")
        self.access_log = self.folder / "access.log"
        self.file = self.folder / "etagd.ini"
        self.args = [str(a) for a in args]
        self.adhoc = adhoc
        self.descriptors = descriptors
        self.env = env
        self.wrap = list(wrap)
        self.program = str(program or binary())
        self.linter = Linter(strong_is_strong=strong) if lint else None
        self.connections = []
        self.sockets_at_start = {}
        self.process = None
        self.stopped = False
        for name, data in (files or {}).items():
            self.tree.write(name, data)
        self.conf: dict[str, dict] = {
            "server": {"listen": "127.0.0.1:0", "root": str(self.tree.root),
                       "workers": 2},
            "log": {"access": str(self.access_log), "format": "json",
                    "buffer": 0},
            # a preparer that has to wait for a processor is no fault
            "timeouts": {"prepare": "30s"},
        }
        self.configure(conf, rules, text)
        if start:
            self.start()

    # -- configuration

    def configure(self, conf=None, rules="", text=None):
        """Writes the ini file (does not tell a running server)."""
        for section, keys in (conf or {}).items():
            self.conf.setdefault(section, {}).update(keys)
        self.file.write_text(ini(self.conf, rules) if text is None else text)

    def start(self):
        argv = self.wrap + [self.program]
        if self.descriptors:
            argv = ["prlimit", "--nofile=%d" % self.descriptors] + argv
        if not self.adhoc:
            argv += ["-c", str(self.file)]
        self.process = Process(argv + self.args, cwd=str(self.folder),
                               env=self.env)
        self.stopped = False
        STARTED.append(self)
        try:
            m = self.process.await_line(READY.pattern)
        except AssertionError:
            self.kill()
            raise
        self._addresses(m.group(1))
        self.worker_count = int(m.group(2))
        self.sockets_at_start = {p: self._sockets(p) for p in self.workers()}

    def _addresses(self, text):
        self.urls = text.split()
        self.addresses = []
        for url in self.urls:
            if url.startswith("unix:"):
                self.addresses.append(url[5:])
                continue
            host, _, port = url.split("//", 1)[1].strip("/").rpartition(":")
            self.addresses.append((host.strip("[]"), int(port)))
        self.address = self.addresses[0]

    @property
    def port(self):
        return self.address[1]

    @property
    def url(self):
        return self.urls[0].rstrip("/")

    # -- processes

    @property
    def pid(self):
        return self.process.pid

    def children(self):
        found = []
        for pid in processes():
            stat = proc_stat(pid)
            if stat and stat[2] == self.pid and stat[1] not in "ZX":
                found.append(pid)
        return sorted(found)

    def _listeners(self):
        inodes = set()
        for address in self.addresses:
            if not isinstance(address, str):
                inodes |= listening_inodes(address[1])
        return {"socket:[%s]" % i for i in inodes}

    def workers(self):
        """Children that wait for connections.  One that leaves its turn to
        another does not for 5 ms (YIELD_MS), or until it gets a processor."""
        wanted = self._listeners()
        ages = {p: generation(p) for p in self.children()}
        newest = max(ages.values(), default=0)

        def waits(pid):
            # those of before may have stopped for good
            ends = time.monotonic() + (2 if ages[pid] == newest else 0.1)
            while not wanted & polled(pid):
                if time.monotonic() > ends or \
                        (proc_stat(pid) or ("",))[0] != "etagd-worker":
                    return False
                time.sleep(0.001)
            return True
        return [p for p in ages if waits(p)]

    def preparer(self):
        """The child of that name."""
        def alone():
            found = [p for p in self.children() if
                     (proc_stat(p) or ("",))[0] == "etagd-preparer"]
            return found if len(found) == 1 else None
        # none is there while the master is between two
        return until("one preparer", alone)[0]

    def _sockets(self, pid):
        return sum(1 for what in descriptors(pid).values()
                   if what.startswith("socket:"))

    def signal(self, number):
        os.kill(self.pid, number)

    def await_line(self, pattern, since=0, timeout=DEADLINE_S):
        return self.process.await_line(pattern, since, timeout)

    def mark(self):
        return self.process.mark()

    def reload(self, conf=None, rules="", text=None):
        """New configuration by SIGHUP, in force when this returns."""
        since = self.mark()
        if conf is not None or rules or text is not None:
            self.configure(conf, rules, text)
        self.signal(SIGHUP)
        m = self.await_line(RENEWED.pattern, since)
        self.worker_count = int(m.group(2))
        self.sockets_at_start = {}
        return m

    # -- talking

    def connect(self, lint=True, address=None, **options):
        c = Connection(address or self.address,
                       self.linter.check if lint and self.linter else None,
                       **options)
        self.connections.append(c)
        return c

    def request(self, method="GET", target="/", fields=(), **more):
        """One request on a connection of its own."""
        with self.connect() as c:
            return c.request(method, target, fields, **more)

    def get(self, target="/", **fields):
        return self.request("GET", target, [(n.replace("_", "-"), v)
                                            for n, v in fields.items()])

    def coded(self, target, coding, small=True):
        """The answer in that coding, once it is made, and as small as it gets:
        the tag of a first form ends in 1.  (Some files' stays: small=False.)
        """
        def look():
            r = self.get(target, Accept_Encoding=coding)
            assert r.status == 200
            return r if (r.get("Content-Encoding") == coding and
                         not (small and (r.etag or "").endswith('1"'))) \
                else None
        r = until("%s of %s" % (coding, target), look)
        self.close_connections()
        return r

    # -- logs

    def log_lines(self):
        """Whole lines of the access log; a part of a line is a fault that the
        caller sees at the end, when nothing is being written any more."""
        try:
            data = self.access_log.read_bytes()
        except FileNotFoundError:
            return []
        return data[:data.rfind(b"\n") + 1].decode("utf-8").splitlines()

    def log(self, wanted=None, where=None):
        """The json access log as a list of objects; with `wanted`, waits until
        that many of them are there (of those for which where(entry))."""
        def look():
            entries = [json.loads(line) for line in self.log_lines()]
            if where:
                entries = [e for e in entries if where(e)]
            if wanted is None:
                return entries or [None]
            return entries if len(entries) >= wanted else None
        found = until("%s access log lines in %s" % (wanted, self.access_log),
                      look)
        return [e for e in found if e is not None]

    # -- the end

    def kill(self):
        """The end for a server that is not to be looked over any more."""
        self.stopped = True
        if self.process is None:
            return
        for pid in processes():
            stat = proc_stat(pid)
            if stat and stat[3] == self.pid:
                try:
                    os.kill(pid, SIGKILL)
                except ProcessLookupError:
                    pass
        self.process.popen.wait()

    def close_connections(self):
        for c in self.connections:
            c.close()
        self.connections = []

    def check_idle(self):
        """Every connection's descriptor has been given back."""
        self.close_connections()
        for pid, count in self.sockets_at_start.items():
            if alive(pid):
                until("worker %d back to %d sockets: %r" % (
                    pid, count, descriptors(pid)),
                    lambda p=pid, n=count: not alive(p) or
                    self._sockets(p) <= n)

    def check_no_alarm(self):
        bad = [line for line in self.process.lines if ALARM.search(line)]
        assert not bad, "\n".join(self.process.lines)

    def wait(self, timeout=DEADLINE_S):
        """Waits for the server's own end; its exit status."""
        status = self.process.popen.wait(timeout)
        for t in self.process.readers:
            t.join(timeout)
        self.stopped = True
        return status

    def stop(self, number=SIGTERM, status=0):
        """Ends it by a signal and looks it over."""
        if self.stopped or self.process is None:
            return
        try:
            self.check_idle()
            self.signal(number)
            self.finish(status)
        finally:
            if not self.stopped:
                self.kill()

    def finish(self, status=0):
        """For a server that ends now: everything that must hold then."""
        got = self.wait()
        self.check_no_alarm()
        assert got == status, "exit status %d:\n%s" % (
            got, "\n".join(self.process.lines))
        self.check_gone()
        bye = [m for m in map(BYE.search, self.process.lines) if m]
        assert bye, "no M090 line:\n%s" % "\n".join(self.process.lines)
        self.accepted, self.closed, self.requests = map(
            int, bye[-1].groups()[:3])
        moved = {None: 0, bye[-1][4]: int(bye[-1][5] or 0)}
        assert self.accepted + moved.get("taken", 0) == \
            self.closed + moved.get("given", 0), bye[-1].group(0)

    def check_gone(self):
        left = [(p, proc_stat(p)) for p in processes()
                if alive(p) and (proc_stat(p) or (0, 0, 0, 0))[3] == self.pid]
        assert not left, "processes left: %r" % left

    def cleanup(self):
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def owner(server, c):
    """The worker that holds the connection c: its socket's inode is among the
    worker's descriptors."""
    port = c.sock.getsockname()[1]
    for line in open("/proc/net/tcp"):
        col = line.split()
        if col[0] != "sl" and int(col[1].split(":")[1], 16) == server.port and \
                int(col[2].split(":")[1], 16) == port:
            inode = "socket:[%s]" % col[9]
            for pid in server.workers():
                if inode in descriptors(pid).values():
                    return pid
    return None


def held_by(server, pid, n=5, target="/a.txt", host="localhost"):
    """n connections that this worker has taken, because the others stood
    still.  Each of those may still be chosen to be woken once, for which some
    more connections than n are opened."""
    others = [p for p in server.workers() if p != pid]
    for p in others:
        halt(p)
    try:
        cs = [server.connect() for _ in range(n + 2 * len(others))]
        for c in cs:
            c.send(("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" %
                    (target, host)).encode())
        for c in cs:
            assert c.read_response().status == 200
        assert {owner(server, c) for c in cs} == {pid}
    finally:
        for p in others:
            os.kill(p, SIGCONT)
    return cs


def free_port():
    """A port that nothing listens on.  Only for servers that cannot be told to
    let the kernel choose; etagd can."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
