"""Fault injection in Python programs: a thin module over the C interface of libfaultline.so.

    injector = faultline.Injector(seed=42)
    injector.add(name="api-error", functions=["call_api"], type="exception", probability=0.3)

    @injector.inject("call_api")
    def call_api(path): ...

    with faultline.process().scope(name="full", functions=["write"], type="errno", errno="ENOSPC"):
        ...                                 # on this thread, writes fail; the library has to be preloaded

    with faultline.attach(pid).fault("write:errno=ENOSPC"):
        ...                                 # in another program's run, in all of its processes (faultline run --control)

The keys of a fault are those of a plan. FAULTLINE_LIBRARY names the library where it is not preloaded.
"""
import ctypes
import functools
import json
import os
import shutil
import subprocess

_TIMEOUT, _CORRUPTION, _RETURNS, _EXCEPTION = 2, 3, 4, 5
_THREAD, _ALL, _OFF = 0, 1, 16


class _Strike(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("error", ctypes.c_int32), ("returns", ctypes.c_int64),
                ("has_returns", ctypes.c_int32), ("rate", ctypes.c_double), ("draw", ctypes.c_uint64),
                ("fault", ctypes.c_char_p)]


def _load():
    lib = ctypes.CDLL(None)
    if not hasattr(lib, "faultline_version"):
        lib = ctypes.CDLL(os.environ.get("FAULTLINE_LIBRARY", "libfaultline.so.0"))
    pointer, text, room = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for name, result, arguments in [
            ("new", pointer, [ctypes.c_uint64]), ("process", pointer, []), ("free", None, [pointer]),
            ("add", ctypes.c_int, [pointer, text, text, room]), ("remove", ctypes.c_int, [pointer, text]),
            ("function_named", pointer, [pointer, text]),
            ("strikes", ctypes.c_int, [pointer, ctypes.POINTER(_Strike)]),
            ("begin", pointer, [pointer, text, ctypes.c_int, ctypes.c_uint64, text, room]), ("end", None, [pointer]), ("scope_switch", ctypes.POINTER(ctypes.c_uint32), [pointer]),
            ("injector_json", room, [pointer, text, room])]:
        function = getattr(lib, "faultline_" + name)
        function.restype, function.argtypes = result, arguments
    return lib


class _Library:
    """Loaded when it is first needed: who only attaches to another program needs none."""

    def __getattr__(self, name):
        # All functions at once: later there may be no memory to look one up.
        self.__dict__.update({each: function for each, function in vars(_load()).items() if each.startswith("faultline_")})
        return self.__dict__[name]


_lib = _Library()


class InjectedError(Exception):
    """What a fault of type exception raises that has no errno."""


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def _told(call, fault):
    why = ctypes.create_string_buffer(1024)
    outcome = call(f"fault = [{_toml(fault)}]".encode(), why, len(why))
    if why.value:
        raise ValueError(why.value.decode())
    return outcome


def corrupt(value, generator, rate=1.0):
    """A damaged copy, by the same rules as in C++: bool before the numbers, because it is one."""
    if isinstance(value, (list, tuple, set)):
        return type(value)(corrupt(each, generator, rate) for each in value)
    if isinstance(value, dict):
        return {key: corrupt(each, generator, rate) for key, each in value.items()}
    if generator.random() >= rate:
        return value
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return -value if value else 1
    return value[::-1] if isinstance(value, (str, bytes)) else value


class _Scope:
    """What a `with` holds. Its faults may take every byte of memory away, and with it every call of C from Python: so
    they begin and end by one store into a cell that was prepared before."""
    __slots__ = ("_injector", "_fault", "_scope", "_switch")

    def __init__(self, injector, fault):
        self._injector, self._fault = injector, fault

    def __enter__(self):
        where = self._injector._where | _OFF
        self._scope = _told(lambda text, why, room: _lib.faultline_begin(self._injector._handle, text, where, 0, why, room),
                            self._fault)
        self._switch = _lib.faultline_scope_switch(self._scope).contents
        self._switch.value = 1

    def __exit__(self, kind, error, trace):
        self._switch.value = 0
        _lib.faultline_end(self._scope)


class Injector:
    def __init__(self, seed=0, _handle=None, _where=_ALL):
        self._owned, self._where = _handle is None, _where
        self._handle = _lib.faultline_new(seed) if _handle is None else _handle

    def __del__(self):
        if self._owned and self._handle:
            _lib.faultline_free(self._handle)

    def add(self, **fault):
        _told(lambda text, why, room: _lib.faultline_add(self._handle, text, why, room), fault)

    def remove(self, name):
        return _lib.faultline_remove(self._handle, name.encode()) == 0

    def scope(self, **fault):
        """A context manager. It holds for one `with`."""
        return _Scope(self, fault)

    def inject(self, name):
        """A decorator. The function keeps its injector alive."""
        def decorate(function):
            handle, strike_type = _lib.faultline_function_named(self._handle, name.encode()), _Strike

            @functools.wraps(function)
            def decorated(*arguments, _injector=self, **named):
                strike = strike_type()
                if not _lib.faultline_strikes(handle, ctypes.byref(strike)):
                    return function(*arguments, **named)
                what = f"fault '{strike.fault.decode()}' injected into {name}"
                if strike.type == _TIMEOUT:
                    raise TimeoutError(what)
                if strike.type == _RETURNS:
                    return strike.returns
                if strike.error:
                    raise OSError(strike.error, os.strerror(strike.error) + f" ({what})")
                if strike.type == _EXCEPTION:
                    raise InjectedError(what)
                result = function(*arguments, **named)
                if strike.type == _CORRUPTION:
                    import random
                    result = corrupt(result, random.Random(strike.draw), strike.rate)
                return result
            return decorated
        return decorate

    def stats(self):
        """As the statistics file has it."""
        room = _lib.faultline_injector_json(self._handle, None, 0) + 4096
        text = ctypes.create_string_buffer(room)
        _lib.faultline_injector_json(self._handle, text, room)
        return json.loads(text.value)


@functools.cache
def process():
    """The injector behind the libc calls of this process, or None where the library is not preloaded."""
    handle = _lib.faultline_process()
    return Injector(_handle=handle, _where=_THREAD) if handle else None


class ControlError(Exception):
    """What `faultline ctl` said when it could not do something. `status` is its exit status."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


class _LiveFault:
    """A fault in another program's run, for the length of a `with`; its name is what the `with` gives."""

    def __init__(self, run, text):
        self._run, self._text, self.name = run, text, None

    def __enter__(self):
        self.name = self._run.ctl("add", self._text)["fault"]
        return self.name

    def __exit__(self, kind, error, trace):
        try:
            self._run.ctl("remove", self.name)
        except ControlError:
            if self._run.is_there():  # one that has ended has no faults either
                raise


class Attached:
    """A run of `faultline run --control`, by a process of it, a program's name, or its directory. Each method is a verb of
    `faultline ctl` (docs/control.md), and returns when it holds in every process of the run."""

    def __init__(self, target, command=None):
        self.target = str(target)
        self._command = command or os.environ.get("FAULTLINE_COMMAND") or shutil.which("faultline") or "faultline"

    def ctl(self, *words):
        """Performs a verb; returns its answer, which is JSON, or None."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("LD_PRELOAD", "FAULT_CONFIG", "FAULT_CONTROL", "FAULT_PLAN")}
        done = subprocess.run([self._command, "ctl", "--json", self.target, *map(str, words)], env=environment,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ControlError(done.stderr.strip(), done.returncode)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines if words[:1] == ("events",) else lines[0] if lines else None

    def is_there(self):
        try:
            return self.ctl("status") is not None
        except ControlError:
            return False

    def fault(self, text):
        """For a `with`: a fault written as for `faultline run -f`."""
        return _LiveFault(self, text)

    def add(self, text):
        return self.ctl("add", text)["fault"]

    def remove(self, *names):
        return self.ctl("remove", *names)

    def replace(self, name, text):
        return self.ctl("replace", name, text)

    def enable(self, *names):
        return self.ctl("enable", *names)

    def disable(self, *names):
        return self.ctl("disable", *names)

    def set(self, name, **keys):
        return self.ctl("set", name, *(f"{key}={value if isinstance(value, str) else _toml(value)}"
                                       for key, value in keys.items()))

    def load(self, plan):
        return self.ctl("load", plan)

    def reset(self):
        return self.ctl("reset")

    def quiet(self, duration):
        return self.ctl("quiet", duration)

    def hold(self, functions):
        return self.ctl("hold", functions)["fault"]

    def release(self, *names):
        return self.ctl("release", *names)

    def wait(self, name, times=1, timeout="5s"):
        """Whether the fault has fired so often within the time."""
        try:
            self.ctl("wait", name, times, "--timeout", timeout)
        except ControlError as error:
            if error.status != 1:
                raise
            return False
        return True

    def status(self):
        return self.ctl("status")

    def faults(self):
        return self.ctl("list")

    def events(self):
        return self.ctl("events")


def attach(target, command=None):
    """A run that goes on, to change it: see Attached."""
    return Attached(target, command)


def ack(line):
    """Adds a line to the recording of file operations that is being made; False: none is."""
    try:
        marks = os.open(os.environ["FAULT_RECORDING"], os.O_WRONLY | os.O_APPEND)
    except (KeyError, FileNotFoundError):
        return False
    try:
        text = line.encode() + b"\n"
        return os.write(marks, text) == len(text)
    finally:
        os.close(marks)
