"""How a check runs and reports: a line of JSON each, {"name": …, "error": null or text}."""

import json
import os
import traceback
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"total_max_attempts": 1})
BODY = bytes(range(256)) * 40


def client(service, **arguments):
    return boto3.client(service, config=CONFIG, **arguments)


def check(name):
    """Runs the function at once and reports how it went."""

    def run(function):
        try:
            function()
            error = None
        except Exception as failure:  # every kind of failure is a result here
            where = traceback.extract_tb(failure.__traceback__)[1]
            error = f"line {where.lineno}: {type(failure).__name__}: {failure}"
        print(json.dumps({"name": name, "error": error}), flush=True)

    return run


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


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
