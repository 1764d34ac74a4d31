"""Verifies webhooks with both official libraries.

stdin: [{"secret": "whsec_…", "headers": {"webhook-id": …}, "body": "…"}, …]
stdout: [{"standardwebhooks": null | "reason", "svix": null | "reason"}, …]
"""

import json
import sys

import standardwebhooks
import svix


def reason(library, secret, body, headers, prefix):
    # Each library sees only its own names, so that both sets of headers are judged.
    own = {name: value for name, value in headers.items() if name.startswith(prefix)}
    try:
        library.Webhook(secret).verify(body, own)
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


verdicts = [
    {
        "standardwebhooks": reason(standardwebhooks, one["secret"], one["body"], one["headers"], "webhook-"),
        "svix": reason(svix, one["secret"], one["body"], one["headers"], "svix-"),
    }
    for one in json.load(sys.stdin)
]
json.dump(verdicts, sys.stdout)
