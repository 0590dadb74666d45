"""A library that is loaded by dlopen serves functions of one's own; no call into libc comes to it, and it says so."""
import ctypes
import sys

lib = ctypes.CDLL(sys.argv[1])


class Strike(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("error", ctypes.c_int32), ("returns", ctypes.c_int64),
                ("has_returns", ctypes.c_int32), ("rate", ctypes.c_double), ("draw", ctypes.c_uint64),
                ("fault", ctypes.c_char_p)]


for name in ("faultline_new", "faultline_process", "faultline_function_named"):
    getattr(lib, name).restype = ctypes.c_void_p
assert lib.faultline_process() is None
injector = ctypes.c_void_p(lib.faultline_new(ctypes.c_uint64(1)))
assert lib.faultline_add(injector, b"name = 'x'\nfunctions = ['f']\ntype = 'errno'\nerrno = 'EIO'\n", None, 0) == 0
function = ctypes.c_void_p(lib.faultline_function_named(injector, b"f"))
strike = Strike()
assert lib.faultline_strikes(function, ctypes.byref(strike)) == 1
assert (strike.type, strike.error, strike.fault) == (0, 5, b"x")
lib.faultline_free(injector)
