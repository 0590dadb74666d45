"""A scope in which every allocation fails can be left: python_no_memory.py MODULE_DIRECTORY, with the library preloaded and
PYTHONMALLOC=malloc, so that each object that Python makes is an allocation of libc's."""
import sys

sys.path.insert(0, sys.argv[1])
import faultline

ALLOCATIONS = ["malloc", "calloc", "realloc"]


def leave(on):
    """Makes objects until there is no memory, and leaves by the error, or with no error where there is memory enough."""
    scope = faultline.process().scope(name="none", functions=ALLOCATIONS, type="errno", errno="ENOMEM", on=on)
    kept = [None] * 1000
    try:
        with scope:
            for i in range(1000):
                kept[i] = bytearray(2000)
    except MemoryError:
        return sum(each is not None for each in kept)
    return None


def leave_at_once(on):
    with faultline.process().scope(name="none", functions=ALLOCATIONS, type="errno", errno="ENOMEM", on=on):
        pass


for first in range(1, 30):
    leave_at_once(f"{first}..")
    assert bytearray(100_000), "the fault goes on"
    reached = leave(f"{first}..")
    assert reached is not None and reached <= first, (first, reached)
    assert len([bytearray(1000) for _ in range(100)]) == 100, "the fault goes on"
assert leave("1000000..") is None
print("left")
