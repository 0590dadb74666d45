"""The Python module: python_module.py MODULE_DIRECTORY, with the library preloaded."""
import errno
import os
import random
import sys

sys.path.insert(0, sys.argv[1])
import faultline

injector = faultline.Injector(seed=42)
injector.add(name="api-error", functions=["call_api"], type="exception", probability=0.3)


@injector.inject("call_api")
def call_api(path):
    """What it does."""
    return "200 " + path


@injector.inject("load")
def load():
    return {"id": 7, "ok": True, "tags": ["gold"], "price": 2.5}


def outcomes():
    results = []
    for _ in range(100):
        try:
            results.append(call_api("/x") == "200 /x")
        except faultline.InjectedError as error:
            assert str(error) == "fault 'api-error' injected into call_api"
            results.append(None)
    return results


first = outcomes()
assert 15 < first.count(None) < 45 and first.count(True) == 100 - first.count(None)
assert call_api.__name__ == "call_api" and call_api.__doc__ == "What it does."
assert injector.stats()["stats"]["faults_triggered"] == first.count(None)
assert injector.remove("api-error") and not injector.remove("api-error")
assert outcomes().count(True) == 100

with injector.scope(name="c", functions=["load"], type="corruption"):
    assert load() == {"id": -7, "ok": False, "tags": ["dlog"], "price": -2.5}
with injector.scope(name="t", functions=["load"], type="timeout", delay="1ms"):
    try:
        load()
        raise SystemExit("no timeout")
    except TimeoutError:
        pass
with injector.scope(name="r", functions=["load"], type="returns", returns=5):
    assert load() == 5
assert load()["id"] == 7
assert faultline.corrupt([True, 1, "ab", None], random.Random(1)) == [False, -1, "ba", None]

try:
    injector.add(name="x", functions=["f"], type="exception", probability=1.5)
    raise SystemExit("1.5 is no probability")
except ValueError as error:
    assert str(error) == "probability is 1.5; it must be from 0.0 to 1.0", error

null = os.open("/dev/null", os.O_WRONLY)
with faultline.process().scope(name="full", functions=["write"], type="errno", errno={"ENOSPC": 1}, path="/dev/null"):
    try:
        os.write(null, b"x")
        raise SystemExit("the write did not fail")
    except OSError as error:
        assert error.errno == errno.ENOSPC
assert os.write(null, b"x") == 1
