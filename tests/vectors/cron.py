#!/usr/bin/env python3
"""Makes runtime/core/tests/data/cron.jsonl: schedules, start times and the next three ticks as croniter sees them.

    pip install croniter==7.0.0
    python3 tests/vectors/cron.py > runtime/core/tests/data/cron.jsonl

The seed is fixed, so the same croniter makes the same file. One JSON array a line: expression, start (Unix seconds),
and three ticks (minutes after the start's minute). Left out, because croniter reads them in its own way:
- a full set spelt out in a day field while the other is restricted too (`1-31`, `*/1`): croniter may take it for `*`;
- `a-a` (to croniter the whole circle), and steps in ranges around the end and from Sunday as 7 on (we refuse them);
- schedules that never tick (croniter gives up after 50 years; tested by hand).
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone

from croniter import CroniterBadDateError, croniter

LINES = 5_000
NAMES = {
    "month": ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    "day_of_week": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}
LIMITS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "day_of_week": (0, 7)}


def value(rng, field, number):
    names = NAMES.get(field)
    if names and number - LIMITS[field][0] < len(names) and rng.random() < 0.3:
        name = names[number - LIMITS[field][0]]
        return rng.choice([name, name.lower(), name.title()])
    return f"{number:02}" if rng.random() < 0.05 else str(number)


def item(rng, field):
    low, high = LIMITS[field]
    size = 7 if field == "day_of_week" else high - low + 1
    shape = rng.random()
    if shape < 0.45:
        return value(rng, field, rng.randint(low, high))
    step = rng.randint(1, max(2, size // 2)) if rng.random() < 0.8 else rng.randint(1, size - 1)
    if shape < 0.6:
        return f"*/{step}"
    start, end = rng.randint(low, high), rng.randint(low, high)
    if shape < 0.68:
        return f"{value(rng, field, start % 7 if field == 'day_of_week' else start)}/{step}"
    if start == end or (field == "day_of_week" and {start, end} == {0, 7}):
        return value(rng, field, start)
    around = rng.random() < 0.15
    if not around:
        start, end = min(start, end), max(start, end)
    text = f"{value(rng, field, start)}-{value(rng, field, end)}"
    return f"{text}/{step}" if rng.random() < 0.4 and start < end else text


def field_text(rng, field):
    if rng.random() < {"minute": 0.1, "hour": 0.3, "day": 0.5, "month": 0.6, "day_of_week": 0.5}[field]:
        return "*"
    return ",".join(item(rng, field) for _ in range(rng.choice([1, 1, 1, 1, 2, 2, 3])))


def ambiguous(expression):
    """Whether a restricted day field covers everything while the other is restricted too."""
    _, _, day, _, day_of_week = expression.split()
    if "*" in (day, day_of_week):
        return False
    expanded = croniter.expand(expression)[0]
    everything = (set(range(1, 32)), set(range(7)))
    return any(part == ["*"] or {x % 7 if at else x for x in part} == everything[at] for at, part in enumerate((expanded[2], expanded[4])))


def main():
    rng = random.Random(20260801)
    epoch = datetime(2024, 1, 1, tzinfo=timezone.utc)
    lines = 0
    while lines < LINES:
        expression = " ".join(field_text(rng, field) for field in LIMITS)
        if ambiguous(expression):
            continue
        start = epoch + timedelta(seconds=rng.randrange(6 * 366 * 86_400))
        if rng.random() < 0.2:
            start = start.replace(second=0)
        try:
            ticks = croniter(expression, start)
            ticks = [ticks.get_next(datetime) for _ in range(3)]
        except CroniterBadDateError:
            continue
        begin = int(start.timestamp())
        minutes = [(int(tick.timestamp()) - begin // 60 * 60) // 60 for tick in ticks]
        print(json.dumps([expression, begin, *minutes], separators=(",", ":")))
        lines += 1


if __name__ == "__main__":
    sys.exit(main())
