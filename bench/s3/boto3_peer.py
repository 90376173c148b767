"""Uploads a file to a bucket and downloads it with boto3, Amazon's own client, without looking at its rows."""

import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))
import peer_clock

import boto3
from botocore.config import Config

endpoint, source, target = sys.argv[1:4]
# The server of the benchmark knows no checksums.
config = Config(
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="us-east-1",
    aws_access_key_id="bench",
    aws_secret_access_key="bench",
    config=config,
)
peer_clock.start()
client.upload_file(source, "bench", "boto3.jsonl")
print(f"write_s={time.perf_counter() - peer_clock.begun}")
begun = time.perf_counter()
client.download_file("bench", "boto3.jsonl", target)
print(f"read_s={time.perf_counter() - begun}")
peer_clock.report()
assert os.path.getsize(source) == os.path.getsize(target)
