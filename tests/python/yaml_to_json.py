"""Reads YAML from the standard input with PyYAML and writes it as JSON."""

import json
import sys

import yaml

json.dump(yaml.safe_load(sys.stdin.buffer), sys.stdout)
