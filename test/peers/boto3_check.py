"""What the checks with boto3 share."""

import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from report import check, equal

__all__ = ["check", "equal"]

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"total_max_attempts": 1})
BODY = bytes(range(256)) * 40


def client(service, **arguments):
    return boto3.client(service, config=CONFIG, **arguments)


def refused(status, code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        equal((error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]), (status, code))
        return
    raise AssertionError(f"not refused with {code}")


def status_of(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def leap(by):
    request = urllib.request.Request(f"{ENDPOINT}/_simulator/leap", json.dumps({"by": by}).encode(), method="POST")
    urllib.request.urlopen(request).close()
