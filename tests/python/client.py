"""A client that was generated from the API's document makes a connection, twice with one key, and looks for it; then it makes a
destination as Ampersand's page of that call does, with what belongs to other types of destination.

stdin: {"folder", "address", "key", "project"}; the package `ampline_client` lies in the folder.
stdout: {"made", "again", "listed", "refused", "destination", "got"}
"""

import json
import sys

given = json.load(sys.stdin)
sys.path.insert(0, given["folder"])

from ampline_client import AuthenticatedClient
from ampline_client.api.connections import generate_connection, list_connections
from ampline_client.api.destinations import create_destination, get_destination
from ampline_client.models import Connection, CreateDestinationRequest, Destination, GenerateConnectionRequest, Problem

client = AuthenticatedClient(
    base_url=given["address"],
    token=given["key"],
    auth_header_name="X-Api-Key",
    prefix="",
    raise_on_unexpected_status=True,
)


def generate(provider):
    body = GenerateConnectionRequest(provider=provider, group_ref="acme", access_token="pat-4711")
    return generate_connection.sync(given["project"], client=client, body=body, idempotency_key=f"{provider}-for-acme")


made, again = generate("hubspot"), generate("hubspot")
assert isinstance(made, Connection) and isinstance(again, Connection), (made, again)
listed = list_connections.sync(given["project"], client=client, provider="hubspot", group_ref="acme")
assert isinstance(listed, list), listed
refused = generate("hubspots")
assert isinstance(refused, Problem), refused
found = [one.id for one in listed if one.origin.value == "api"]

asked = {
    "name": "leadConvertedWebhook",
    "type": "webhook",
    "secrets": {"awsKeyId": "AKIAIOSFODNN7EXAMPLE", "awsSecretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
    "metadata": {
        "url": "https://webhooks.mailmonkey.com/salesforce-lead-converted",
        "headers": {"Authorization": "Bearer 1234"},
        "kinesisRegion": "us-east-1",
        "kinesisStreamName": "my-kinesis-stream",
        "kinesisEndpointUrl": "https://kinesis.us-east-1.amazonaws.com",
        "kinesisPartitionKeyTemplate": "data.user_id",
    },
}
created = create_destination.sync(given["project"], client=client, body=CreateDestinationRequest.from_dict(asked))
assert isinstance(created, Destination), created
got = get_destination.sync(given["project"], created.id, client=client, include_secrets=True)
assert isinstance(got, Destination), got
json.dump(
    {
        "made": made.id,
        "again": again.id,
        "listed": found,
        "refused": refused.detail,
        "destination": created.to_dict(),
        "got": got.to_dict(),
    },
    sys.stdout,
)
