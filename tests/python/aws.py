"""Looks at servers of AWS' protocols with Amazon's own client for Python, and sets them up.

Input and output are JSON. The input holds "command", "endpoint" and, where they matter, "id", "secret" and "token".
"""

import hashlib
import json
import sys

import boto3
from botocore.config import Config

asked = json.load(sys.stdin)


def client(service, keys=None):
    keys = keys or asked
    return boto3.client(
        service,
        endpoint_url=asked["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=keys.get("id", "unchecked"),
        aws_secret_access_key=keys.get("secret", "unchecked"),
        aws_session_token=keys.get("token"),
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=30),
    )


def create():
    """Makes the buckets and streams that are asked for."""
    for bucket in asked.get("buckets", []):
        client("s3").create_bucket(Bucket=bucket)
    kinesis = client("kinesis")
    for stream, shards in asked.get("streams", {}).items():
        kinesis.create_stream(StreamName=stream, ShardCount=shards)
    for stream in asked.get("streams", {}):
        kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    return {}


def iam():
    """One user who may do everything, one who may write to one bucket and to streams, one who may do nothing, and a role."""
    iam = client("iam")

    def policy(*statements):
        whole = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in statements]}
        return json.dumps(whole)

    def user(name, *statements):
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}

    writes = [
        ("s3:PutObject", f"arn:aws:s3:::{asked['bucket']}/*"),
        # moto asks whether a call of Kinesis is allowed on everything, whatever stream it names.
        ("kinesis:PutRecords", "*"),
    ]
    users = {"admin": user("admin", ("*", "*")), "writer": user("writer", *writes), "stranger": user("stranger")}
    trust = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
    )
    role = iam.create_role(RoleName="sink", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="sink", PolicyName="p", PolicyDocument=policy(*writes))
    lent = client("sts", users["admin"]).assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    users["session"] = {"id": lent["AccessKeyId"], "secret": lent["SecretAccessKey"], "token": lent["SessionToken"]}
    return users


def objects():
    """Every object of a bucket, with its body and all that was said of it."""
    s3 = client("s3")
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=asked["bucket"]):
        for entry in page.get("Contents", []):
            one = s3.get_object(Bucket=asked["bucket"], Key=entry["Key"], ChecksumMode="ENABLED")
            found.append(
                {
                    "key": entry["Key"],
                    "body": one["Body"].read().decode(),
                    "contentType": one.get("ContentType"),
                    "metadata": one["Metadata"],
                    "storageClass": one.get("StorageClass", "STANDARD"),
                    "crc32": one.get("ChecksumCRC32"),
                    "etag": one["ETag"],
                }
            )
    return found


def records():
    """Every record of a stream, with its shard and whether the MD5 of its key lies within the shard's range."""
    kinesis = client("kinesis")
    found = []
    for shard in kinesis.list_shards(StreamName=asked["stream"])["Shards"]:
        start, end = (int(shard["HashKeyRange"][name]) for name in ("StartingHashKey", "EndingHashKey"))
        place = kinesis.get_shard_iterator(
            StreamName=asked["stream"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while place:
            page = kinesis.get_records(ShardIterator=place)
            for record in page["Records"]:
                key = record["PartitionKey"]
                hashed = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
                found.append(
                    {
                        "shard": shard["ShardId"],
                        "key": key,
                        "inRange": start <= hashed <= end,
                        "sequenceNumber": record["SequenceNumber"],
                        "data": record["Data"].decode(),
                    }
                )
            place = page["NextShardIterator"] if page["Records"] else None
    return found


def resize():
    """Sets the largest record that a stream takes."""
    kinesis = client("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=asked["stream"])["StreamDescriptionSummary"]["StreamARN"]
    kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=asked["kib"])
    return {}


COMMANDS = {"create": create, "iam": iam, "objects": objects, "records": records, "resize": resize}
json.dump(COMMANDS[asked["command"]](), sys.stdout)
