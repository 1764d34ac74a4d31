"""Stores a secret in the session's Secret Service, by a client that is not ours: keyring.py SERVICE USER SECRET."""

import sys

import secretstorage

service, user, secret = sys.argv[1:]
connection = secretstorage.dbus_init()
collection = secretstorage.get_default_collection(connection)
attributes = {"service": service, "username": user}
collection.create_item(f"{service}/{user}", attributes, secret.encode(), replace=True)
