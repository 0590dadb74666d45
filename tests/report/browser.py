#!/usr/bin/env python3
"""The page of a report in a real browser: headless Chromium, driven over its debugging pipe. At three widths, dark, in
print, by keyboard, with the search, and without one error on the console.

usage: browser.py COMMAND [PICTURES]    PICTURES: a directory for screenshots. Exit status 77: there is no Chromium.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FINDINGS = 24


def need(condition, what):
    if not condition:
        sys.exit(f"not so: {what}")


class Browser:
    """One page of a Chromium of its own. Whatever it complains of is kept."""

    def __init__(self, program, profile):
        to_browser, from_browser = os.pipe(), os.pipe()

        def as_3_and_4():
            kept = os.dup(to_browser[0]), os.dup(from_browser[1])
            os.dup2(kept[0], 3)
            os.dup2(kept[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={profile}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=as_3_and_4)
        os.close(to_browser[0])
        os.close(from_browser[1])
        self.write_end, self.read_end = to_browser[1], from_browser[0]
        self.rest, self.number, self.session = b"", 0, None
        self.complaints, self.requests, self.events = [], [], []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.rest:
            read = os.read(self.read_end, 1 << 20)
            need(read, "the browser is there")
            self.rest += read
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        method, about = message.get("method", ""), message.get("params", {})
        if method in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
            self.complaints.append(about)
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            self.complaints.append(about)
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.complaints.append(about)
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        if method:
            self.events.append(method)
        return message

    def __call__(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                need("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]

    def open(self, url):
        for each in ("about:blank", url):  # else a change of the fragment alone would load nothing
            self.events.clear()
            self("Page.navigate", url=each)
            while "Page.loadEventFired" not in self.events:
                self.receive()

    def js(self, expression):
        result = self("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        need("exceptionDetails" not in result, f"{expression}: {result.get('exceptionDetails')}")
        return result["result"].get("value")

    def press(self, key):
        printed = {"text": key} if len(key) == 1 else {}
        self("Input.dispatchKeyEvent", type="keyDown", key=key, **printed)
        self("Input.dispatchKeyEvent", type="keyUp", key=key)

    def size(self, width, height):
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path):
        path.write_bytes(base64.b64decode(self("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()


def count(page, selector):
    return page.js(f"document.querySelectorAll({json.dumps(selector)}).length")


def address(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.js("location.href")).fragment).items()}


def click(page, selector):
    page.js(f"document.querySelector({json.dumps(selector)}).click()")


def try_widths(page, url, pictures):
    for width, height in ((360, 780), (800, 1000), (1400, 1000)):
        for scheme in ("light", "dark"):
            page.size(width, height)
            page("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
            page.open(url)
            need(count(page, ".finding") == FINDINGS, f"every finding is there at {width}")
            need(page.js("document.documentElement.scrollWidth <= innerWidth"), f"nothing is wider than {width}")
            ground = page.js("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0)")
            need((ground < 200) == (scheme == "dark"), f"the ground is {scheme}: {ground}")
            if pictures:
                page.picture(pictures / f"{width}-{scheme}.png")
    page("Emulation.setEmulatedMedia", media="screen", features=[])


def try_keyboard_and_search(page, url):
    page.open(url)
    opened = lambda: page.js("[...document.querySelectorAll('.finding')].findIndex(each => each.querySelector('.body'))")
    need(opened() == 0 and count(page, ".finding .body") == 1, "the first finding is open")
    page.press("n")
    need(opened() == 1 and "open" in address(page), "n goes to the next one, and the address says so")
    page.press("n")
    page.press("p")
    need(opened() == 1, "p goes back")
    page.press("/")
    need(page.js("document.activeElement.id") == "search", "/ goes to the search")
    for letter in "crash cache_grow":
        page.press(letter)
    shown = count(page, ".finding")
    need(0 < shown < FINDINGS and page.js("[...document.querySelectorAll('.finding .badge')].every(each => each.textContent === 'crash')"),
         "the search leaves what has all its words, in stacks too")
    need(address(page)["q"] == "crash cache_grow", "the address has the search")
    page.open(page.js("location.href"))
    need(count(page, ".finding") == shown and page.js("document.getElementById('search').value") == "crash cache_grow", "the address brings it back")
    page.js("document.getElementById('search').focus()")
    page.press("Escape")
    need(count(page, ".finding") == FINDINGS and "q" not in address(page), "Escape ends it")
    page.js("document.getElementById('search').value = 'nothing has this'; document.getElementById('search').dispatchEvent(new Event('input'))")
    need(count(page, ".finding") == 0 and count(page, ".none") == 1, "what has nothing says so")


def try_filters(page, url, data):
    page.open(url)
    told = lambda name: int(page.js(f"document.querySelector('[data-show={name}] b').textContent").replace(",", ""))
    findings, points = data["findings"], data["journal"]
    need(told("found") == FINDINGS and told("known") == sum(each["known"] for each in findings), "counters count findings")
    need(told("flaky") == sum(each["repeated"] != each["tried"] for each in findings), "… and flaky ones")
    for name in ("tolerated", "clean-fail", "not-reached"):
        need(told(name) == sum(each["class"] == name for each in points), f"… and {name} points")
    click(page, "[data-show=flaky]")
    need(count(page, ".finding") == told("flaky") == count(page, ".mark.flaky"), "flaky shows the flaky ones")
    click(page, "[data-show=tolerated]")
    need(count(page, "#list tbody tr") == min(200, told("tolerated")), "points stand in a table, the first of them")
    click(page, "#list .more")
    need(count(page, "#list tbody tr") == min(400, told("tolerated")), "… and more on request")
    cells = count(page, ".matrix td button")
    pairs = {(each["strikes"][0]["function"], each["strikes"][0]["errno"] or "short") for each in points}
    need(cells == len(pairs), f"the matrix has a cell for each function and error: {cells} of {len(pairs)}")
    need(page.js("document.querySelector('.matrix td button').textContent"), "a cell says how many")
    label = page.js("document.querySelector('.matrix td button').getAttribute('aria-label')")
    click(page, ".matrix td button")
    need(address(page) == {"show": "points", "q": " ".join(label.split(":")[0].split())}, "a cell shows its points")
    need(count(page, "#list tbody tr") > 0, "… which are there")
    click(page, ".toggle button:nth-child(2)")
    need(count(page, ".matrix tbody tr") == 250, "by site, the worst are there")


def try_finding(page, url):
    page.open(url)
    harm = page.js("[...document.querySelectorAll('.finding')].length && document.body.textContent.includes('<img src=x onerror=alert(1)>')")
    for _ in range(FINDINGS):
        if harm:
            break
        page.press("n")
        harm = page.js("document.body.textContent.includes('<img src=x onerror=alert(1)>')")
    need(harm and count(page, "img") == 0, "what a program printed is text")
    need(page.js("document.body.textContent.includes('\\\\x1b[31mred\\\\x00')"), "… with what controls made visible")
    need(count(page, ".diff .add") > 0 and count(page, ".diff .del") > 0, "the output is a diff")
    page.open(url + "#q=crash+cache_grow")
    click(page, ".finding > button")
    need(count(page, ".finding .body .stack") == 2, "struck stack and crash stack stand side by side")
    click(page, ".copy button")
    page.js("new Promise(done => setTimeout(done, 100))")
    need(page.js("document.querySelector('.copy button').textContent") == "Copied", "the button copies")


def try_print(page, url, pictures):
    page.open(url)
    page.js("window.unfolded = 0; addEventListener('beforeprint', () => { window.unfolded = document.querySelectorAll('.finding .body').length; })")
    pdf = base64.b64decode(page("Page.printToPDF", printBackground=True)["data"])
    need(pdf.startswith(b"%PDF") and len(pdf) > 20_000, "it prints")
    if page.js("window.unfolded") == 0:  # headless printing need not tell the page
        page.js("dispatchEvent(new Event('beforeprint'))")
    need(page.js("window.unfolded") == FINDINGS, "every finding is printed whole")
    page("Emulation.setEmulatedMedia", media="print")
    need(page.js("getComputedStyle(document.getElementById('bar')).display") == "none", "controls are not printed")
    page("Emulation.setEmulatedMedia", media="screen")
    if pictures:
        (pictures / "print.pdf").write_bytes(pdf)


def made_power():
    """What powerloss leaves, of a search that never was."""
    strike = lambda call, path, what, error="": {"function": call, "site": f"{hash(path) & 0xffffffff:08x}", "family": "power", "type": what,
                                                 "errno": error, "match": 1, "persistence": "once", "call": 1, "path": path}
    key = "corrupt in a power cut when write t is lost"
    finding = {"name": "corrupt-1", "class": "corrupt", "detail": "the files are corrupt", "key": key, "known": False, "point": "01",
               "strikes": [strike("write", "t", "is lost")], "repeated": 1, "tried": 1, "also": [], "repro": "faultline powerloss -- cp t f",
               "facts": [{"name": "models", "text": "ext4"}, {"name": "cure", "text": "fsync t after #2 and before #4"}]}
    point = lambda number, kind, what, path, error, of="": {"point": f"{number:02}", "class": kind, "detail": "", "key": of,
                                                            "strikes": [strike(what, path, "is lost", error)]}
    points = [point(1, "corrupt", "write", "t", "is lost in ext4", key), point(2, "tolerated", "rename", "f", "is lost in ext4"),
              point(3, "tolerated", "rename", "f", "is lost in posix")]
    places = [{"function": each["strikes"][0]["function"], "site": each["strikes"][0]["site"], "calls": 1, "at": {}, "tried": True,
               "path": each["strikes"][0]["path"]} for each in points[:2]]
    return {"version": 1, "trees": {}, "states": [], "problem": "",
            "exploration": {"faultline": "0.1.0", "tool": "powerloss", "command": ["cp", "t", "f"], "findings": [finding],
                            "places": places, "journal": points}}


def try_power(page, url, pictures):
    page.open(url)
    body = page.js("document.querySelector('.finding .body').textContent")
    need("fsync t after #2 and before #4" in body and "faultline powerloss -- cp t f" in body, "a finding says the cure, and how it is repeated")
    need("Standard output" not in body, "a disk has no outputs")
    need(count(page, ".matrix td button") == 3, "the matrix has a cell for each call and model")
    click(page, ".toggle button:nth-child(2)")
    rows = page.js("[...document.querySelectorAll('.matrix tbody th')].map(each => each.textContent).sort()")
    need(rows == ["rename f", "write t"], f"by site, files tell calls apart: {rows}")
    click(page, "[data-show=tolerated]")
    need(page.js("document.querySelector('#list tbody td:nth-child(3)').textContent").startswith("f "), "a point has its file")
    if pictures:
        page.picture(pictures / "power.png")


def main():
    command, pictures = sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        print("skipped: chromium is missing")
        return 77
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        subprocess.run([sys.executable, Path(__file__).with_name("made.py"), work / "made", "5000", str(FINDINGS)], check=True)
        subprocess.run([command, "report", "--format", "html", "-o", work / "page.html", work / "made"], check=True)
        data = json.loads(subprocess.run([command, "report", "--format", "json", work / "made"], check=True, capture_output=True).stdout)["explorations"][0]
        size = (work / "page.html").stat().st_size
        need(size <= 1_000_000, f"5,000 points are no more than a megabyte: {size}")
        subprocess.run([command, "run", "-q", "-f", "write:EIO,probability=0.5", "-o", work / "run.json", "--seed", "3", "--", "sh", "-c",
                        "for i in 1 2 3 4 5 6; do echo $i; done; sh -c 'echo sub; echo </script>; :' ; exit 0"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        subprocess.run([command, "report", "--format", "html", "-o", work / "run.html", work / "run.json"], check=True)
        page = Browser(program, work / "profile")
        try:
            url = (work / "page.html").as_uri()
            try_widths(page, url, pictures)
            try_keyboard_and_search(page, url)
            try_filters(page, url, data)
            try_finding(page, url)
            try_print(page, url, pictures)
            (work / "powerloss.json").write_text(json.dumps(made_power()))
            subprocess.run([command, "report", "--format", "html", "-o", work / "power.html", work / "powerloss.json"], check=True)
            try_power(page, (work / "power.html").as_uri(), pictures)
            page.size(1400, 1200)
            page.open((work / "run.html").as_uri())
            need(count(page, "svg rect title") > 0 and count(page, "#main table") >= 2, "a run has its time line and its tables")
            if pictures:
                page.picture(pictures / "run.png")
            need(not page.complaints, f"nothing is complained of: {page.complaints}")
            need(all(each.startswith(("file:", "data:", "about:")) for each in page.requests), f"nothing is fetched: {page.requests}")
        finally:
            page.close()
    print("the page is as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
