"""A dlt pipeline that reads all contacts of an emulated HubSpot into Postgres, as the benchmark's baseline.

Input (JSON on stdin): base_url, token, database (a URL), folder. Output: records, wall_s, cpu_s, peak_mb of this process.
Pages of 200 by id, as the runtime asks; rows are merged by id, so that a second run would update them.
"""

import json
import os
import resource
import sys
import time

asked = json.load(sys.stdin)
os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "DLT_DATA_DIR": asked["folder"],
        "DESTINATION__POSTGRES__CREDENTIALS": asked["database"],
    }
)

import dlt  # noqa: E402  (reads the environment when it is imported)
from dlt.sources.helpers import requests  # noqa: E402

PROPERTIES = ["email", "firstname", "lastname", "jobtitle", "city"]


def pages():
    """Pages of 200 contacts, each behind the last id of the one before."""
    session = requests.Client().session
    session.headers["Authorization"] = f"Bearer {asked['token']}"
    last = "0"
    while True:
        search = {
            "limit": 200,
            "properties": PROPERTIES,
            "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": last}]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        }
        answer = session.post(f"{asked['base_url']}/crm/v3/objects/contacts/search", json=search)
        answer.raise_for_status()
        page = answer.json()
        if not page["results"]:
            return
        yield page["results"]
        last = page["results"][-1]["id"]


contacts = dlt.resource(pages, name="contacts", primary_key="id", write_disposition="merge", max_table_nesting=0)
pipeline = dlt.pipeline("bench", pipelines_dir=asked["folder"], destination="postgres", dataset_name="bench", progress=None)
began = time.monotonic()
pipeline.run(contacts())
wall_s = time.monotonic() - began
# The import is left out of neither: it is part of what a run costs.
usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
with pipeline.sql_client() as client:
    records = client.execute_sql("SELECT count(*) FROM contacts")[0][0]
json.dump(
    {
        "records": records,
        "wall_s": wall_s,
        "cpu_s": sum(one.ru_utime + one.ru_stime for one in usage),
        "peak_mb": max(one.ru_maxrss for one in usage) * 1024 / 1e6,
    },
    sys.stdout,
)
