"""Faults for the length of a block, from Python through ctypes. Run it with libfaultline.so preloaded."""
import ctypes, errno, os

lib = ctypes.CDLL(None)  # the preloaded library is part of the program
lib.faultline_process.restype = lib.faultline_begin.restype = ctypes.c_void_p
lib.faultline_begin.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_char_p, ctypes.c_size_t]
lib.faultline_end.argtypes = [ctypes.c_void_p]

why = ctypes.create_string_buffer(200)
FULL = b"name = 'full'\nfunctions = ['write']\ntype = 'errno'\nerrno = 'ENOSPC'\non = 2\npath = ['/dev/null']\n"
null = os.open("/dev/null", os.O_WRONLY)
scope = lib.faultline_begin(lib.faultline_process(), FULL, 0, 0, why, len(why))
assert scope, why.value
os.write(null, b"one")
try:
    os.write(null, b"two")
    raise SystemExit("the second write did not fail")
except OSError as error:
    assert error.errno == errno.ENOSPC
lib.faultline_end(scope)
assert os.write(null, b"three") == 5
assert not lib.faultline_begin(lib.faultline_process(), b"type = 'errrno'", 0, 0, why, len(why))
print("the second write failed, the third did not;", why.value.decode())
