#!/usr/bin/env python3
"""Whether reports of one exploration in every format are what their readers take, and all say the same.

usage: check_formats.py DIRECTORY SARIF_SCHEMA    DIRECTORY holds report.{text,json,html,junit,sarif}
"""

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema


def need(condition, what):
    if not condition:
        sys.exit(f"not so: {what}")


def html_data(page):
    """What the page holds, taken from it as a browser would: up to the first end tag of a script."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    need(found and "<" not in found[1], "the data of the page cannot end its element")
    need(not re.search(r'(?:src|href|url\()\s*=?\s*["\']?(?:https?:)?//', page.replace(found[1], "")), "the page needs no network")
    need(not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\bFunction\(", page), "no text becomes markup or code")
    need("default-src 'none'" in page, "the page forbids itself the network")
    return json.loads(found[1])


def check_sarif(sarif, schema):
    jsonschema.Draft4Validator(schema).validate(sarif)
    need(len({run["automationDetails"]["id"] for run in sarif["runs"]}) == len(sarif["runs"]), "each run has its category")
    for run in sarif["runs"]:
        need(len(run["results"]) <= 25000, "no more results than are taken")
        rules = run["tool"]["driver"]["rules"]
        for rule in rules:
            need(len(rule["fullDescription"]["text"]) <= 1024, "descriptions are short enough")
            need(rule["shortDescription"]["text"] and rule["help"]["text"], "rules say what they are")
            need({"precision", "problem.severity", "tags"} <= rule["properties"].keys(), "rules have properties")
        prints = set()
        for result in run["results"]:
            need(rules[result["ruleIndex"]]["id"] == result["ruleId"], "the index names the rule")
            place = result["locations"][0]["physicalLocation"]
            uri = place["artifactLocation"]["uri"]
            need(not re.match(r"/|[a-z]+:|\.\.", uri) and uri, f"{uri} is relative")
            need({"startLine", "startColumn", "endLine", "endColumn"} <= place["region"].keys(), "a region of four numbers")
            prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
            for flow in result.get("codeFlows", []):
                need(len(flow["threadFlows"][0]["locations"]) == 2, "a flow leads from the struck call to the crash")
        need(len(prints) == len(run["results"]), "fingerprints tell findings apart")


# In the order of junit-10.xsd, which Jenkins publishes; `file` and `line` are what GitLab and reporters for GitHub read.
SUITE = {"properties", "testcase", "system-out", "system-err"}
CASE = {"skipped", "error", "failure", "system-out", "system-err"}


def check_junit(path):
    text = path.read_bytes()
    need(not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", text), "no control characters")
    root = ET.fromstring(text)
    need(root.tag == "testsuites", "the root is testsuites")
    seen = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    names = set()
    for suite in root:
        need(suite.tag == "testsuite" and suite.get("name"), "suites have names")
        need({child.tag for child in suite} <= SUITE, "suites hold what the schema allows")
        cases = suite.findall("testcase")
        counts = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")),
                  "errors": len(suite.findall("testcase/error")), "skipped": len(suite.findall("testcase/skipped"))}
        for name, count in counts.items():
            need(int(suite.get(name)) == count, f"{name} of {suite.get('name')} is {count}")
            seen[name] += count
        for case in cases:
            tags = [child.tag for child in case]
            need(set(tags) <= CASE and len(tags) == len(set(tags)), f"{tags} is what a case may hold")
            need(len({"skipped", "error", "failure"} & set(tags)) <= 1, "a case ends in one way")
            identity = (case.get("classname"), case.get("name"))
            need(all(identity) and identity not in names, f"{identity} is there once")
            names.add(identity)
            need(not case.get("line") or case.get("file"), "a line has its file")
            need(not (case.get("file") or "").startswith(".."), "a file is named relative to the root")
            for end in case:
                if end.tag in ("skipped", "error", "failure"):
                    need(end.get("message") and end.get("type"), "an end has message and type")
    need({name: int(root.get(name)) for name in seen} == seen, "the sums are right")
    return root


def main():
    directory, schema = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    read = lambda name: (directory / f"report.{name}").read_text(encoding="utf-8")
    found = json.loads(read("json"))["explorations"]
    keys = {finding["key"] for each in found for finding in each["findings"]}
    need(keys, "something was found")

    sarif = json.loads(read("sarif"))
    check_sarif(sarif, schema)
    need({result["properties"]["key"] for run in sarif["runs"] for result in run["results"]} == keys, "SARIF has the same keys")

    root = check_junit(directory / "report.junit")
    told = [end.text for end in root.iter() if end.tag in ("failure", "skipped") and end.text]
    need({re.search(r"^key: (.*)$", text, re.MULTILINE)[1] for text in told} == keys, "JUnit has the same keys")

    page = html_data(read("html"))
    need({finding["key"] for each in page["explorations"] for finding in each["findings"]} == keys, "HTML has the same keys")
    need(sum(len(each["points"]) for each in page["explorations"]) == sum(len(each["journal"]) for each in found), "HTML has every point")
    for each in found:
        for finding in each["findings"]:
            need(finding["key"] in read("text") and finding["repro"] in read("text"), "the text has the same keys and repros")


if __name__ == "__main__":
    main()
