"""Unit tests, by `python3 -m unittest`: the sink and the stubs of the contract are found from here."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "stubs")]
