"""Makes keys and signs tokens with PyJWT.

stdin: {"keys": {"name": {"kind": "rsa" | "ec", "bits": 2048}}} or
       {"tokens": [{"key": PEM, "algorithm": "RS256", "headers": {…}, "claims": {…}}, …]}
stdout: {"name": {"private": PEM, "public": PEM}} or ["token", …]

The algorithm "HS256 with PEM" signs with the text of a public key, which PyJWT itself refuses to do.
"""

import base64
import hashlib
import hmac
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def pair(wanted):
    if wanted["kind"] == "ec":
        private = ec.generate_private_key(ec.SECP256R1())
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=wanted["bits"])
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"private": text.decode(), "public": public.decode()}


def token(one):
    if one["algorithm"] != "HS256 with PEM":
        key = None if one["algorithm"] == "none" else one["key"]
        return jwt.encode(one["claims"], key, algorithm=one["algorithm"], headers=one["headers"])
    parts = [{"alg": "HS256", "typ": "JWT", **one["headers"]}, one["claims"]]
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    signed = ".".join(encode(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{encode(hmac.digest(one['key'].encode(), signed.encode(), hashlib.sha256))}"


asked = json.load(sys.stdin)
if "keys" in asked:
    json.dump({name: pair(wanted) for name, wanted in asked["keys"].items()}, sys.stdout)
else:
    json.dump([token(one) for one in asked["tokens"]], sys.stdout)
