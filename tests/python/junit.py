"""Reads JUnit XML with a parser of its own; prints the suite and its cases as JSON."""

import json
import sys

from junitparser import JUnitXml

told = JUnitXml.fromstring(sys.stdin.buffer.read())
suites = list(told)
cases = [
    {"name": case.name, "class": case.classname, "text": "".join(result.text or result.message or "" for result in case.result)}
    for suite in suites
    for case in suite
]
tests, failures, skipped = (sum(getattr(suite, name) for suite in suites) for name in ("tests", "failures", "skipped"))
counted = sum(len(list(suite)) for suite in suites)
assert counted == tests, f"{counted} cases, and the file says {tests}"
json.dump({"tests": tests, "failures": failures, "skipped": skipped, "cases": cases}, sys.stdout)
