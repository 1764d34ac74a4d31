"""Reads Prometheus' text format with the client's own parser; prints families as JSON. Fails where a family is told twice."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

families = list(text_string_to_metric_families(sys.stdin.read()))
names = [family.name for family in families]
assert len(names) == len(set(names)), f"told twice: {names}"
for family in families:
    assert family.documentation, f"{family.name} is not explained"
    assert family.type in ("counter", "gauge", "histogram"), f"{family.name} is of type {family.type}"
told = [
    {"name": family.name, "samples": [{"name": one.name, "labels": one.labels, "value": one.value} for one in family.samples]}
    for family in families
]
json.dump(told, sys.stdout)
