"""What boto3 sees of the simulator. Prints a line of JSON for each check: {"name": …, "error": null or text}."""

import json
import os
import sys
import traceback
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"total_max_attempts": 1})
s3 = boto3.client("s3", config=CONFIG)
sqs = boto3.client("sqs", config=CONFIG)
dynamodb = boto3.client("dynamodb", config=CONFIG)

BUCKET = "peer-boto3"
BODY = bytes(range(256)) * 40


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


def restore(key, days=1, tier="Standard"):
    request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    return s3.restore_object(Bucket=BUCKET, Key=key, RestoreRequest=request)


@check("s3: a bucket is made and found")
def _():
    s3.create_bucket(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)
    refused(404, "404", s3.head_bucket, Bucket="peer-no-such-bucket")


@check("s3: an object comes back whole, by range and by head")
def _():
    put = s3.put_object(Bucket=BUCKET, Key="a b/ä+%.bin", Body=BODY, ChecksumAlgorithm="SHA256", Metadata={"by": "me"})
    got = s3.get_object(Bucket=BUCKET, Key="a b/ä+%.bin", ChecksumMode="ENABLED")
    equal(got["Body"].read(), BODY)
    equal((got["ETag"], got["ChecksumSHA256"], got["Metadata"]), (put["ETag"], put["ChecksumSHA256"], {"by": "me"}))
    part = s3.get_object(Bucket=BUCKET, Key="a b/ä+%.bin", Range="bytes=100-199")
    equal((status_of(part), part["Body"].read(), part["ContentRange"]), (206, BODY[100:200], f"bytes 100-199/{len(BODY)}"))
    equal(s3.head_object(Bucket=BUCKET, Key="a b/ä+%.bin")["ContentLength"], len(BODY))
    refused(404, "NoSuchKey", s3.get_object, Bucket=BUCKET, Key="none")
    refused(416, "InvalidRange", s3.get_object, Bucket=BUCKET, Key="a b/ä+%.bin", Range="bytes=999999-")


@check("s3: a key is written once under If-None-Match")
def _():
    s3.put_object(Bucket=BUCKET, Key="once", Body=b"first", IfNoneMatch="*")
    refused(412, "PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="once", Body=b"second", IfNoneMatch="*")
    equal(s3.get_object(Bucket=BUCKET, Key="once")["Body"].read(), b"first")


@check("s3: a body with another checksum is refused")
def _():
    wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    refused(400, "BadDigest", s3.put_object, Bucket=BUCKET, Key="bad", Body=b"x", ChecksumSHA256=wrong)


@check("s3: a copy is an object of its own")
def _():
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "a b/ä+%.bin"})
    equal(s3.get_object(Bucket=BUCKET, Key="copy")["Body"].read(), BODY)


@check("s3: tags are kept, changed and removed")
def _():
    s3.put_object(Bucket=BUCKET, Key="tagged", Body=b"x", Tagging="class=hot&team=a%20b")
    tags = s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"]
    equal(sorted(tag["Value"] for tag in tags), ["a b", "hot"])
    s3.put_object_tagging(Bucket=BUCKET, Key="tagged", Tagging={"TagSet": [{"Key": "class", "Value": "GLACIER"}]})
    equal(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], [{"Key": "class", "Value": "GLACIER"}])
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")
    equal(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], [])


@check("s3: a list pages, and folds at a delimiter")
def _():
    for index in range(25):
        s3.put_object(Bucket=BUCKET, Key=f"list/{index % 5}/{index:02}", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 4})
    keys = [item["Key"] for page in pages for item in page["Contents"]]
    equal(keys, sorted(f"list/{index % 5}/{index:02}" for index in range(25)))
    folded = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    equal([item["Prefix"] for item in folded["CommonPrefixes"]], [f"list/{index}/" for index in range(5)])


@check("s3: a multipart upload is put together, in order, and can be aborted")
def _():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts", StorageClass="GLACIER_IR")["UploadId"]
    target = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload}
    bodies = {3: b"tail", 2: b"y" * (5 * 1024 * 1024), 1: b"x" * (5 * 1024 * 1024)}
    parts = {number: s3.upload_part(**target, PartNumber=number, Body=body) for number, body in bodies.items()}
    listed = [{"PartNumber": number, "ETag": parts[number]["ETag"]} for number in (1, 2, 3)]
    refused(400, "InvalidPartOrder", s3.complete_multipart_upload, **target, MultipartUpload={"Parts": [listed[1], listed[0], listed[2]]})
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": listed})
    head = s3.head_object(Bucket=BUCKET, Key="parts")
    equal((head["ContentLength"], head["StorageClass"]), (10 * 1024 * 1024 + 4, "GLACIER_IR"))
    equal(s3.get_object(Bucket=BUCKET, Key="parts", Range="bytes=-6")["Body"].read(), b"yytail")
    aborted = s3.create_multipart_upload(Bucket=BUCKET, Key="aborted")["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=aborted)
    refused(404, "NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key="aborted", UploadId=aborted)


@check("s3: boto3's own managed transfer works in parts")
def _():
    body = os.urandom(20 * 1024 * 1024)
    path = os.path.join(os.environ["PEER_FOLDER"], "transfer.bin")
    with open(path, "wb") as file:
        file.write(body)
    s3.upload_file(path, BUCKET, "transfer")
    s3.download_file(BUCKET, "transfer", f"{path}.back")
    with open(f"{path}.back", "rb") as file:
        equal(file.read() == body, True)


@check("s3: an archived object is not readable, and says so")
def _():
    s3.put_object(Bucket=BUCKET, Key="cold", Body=BODY, StorageClass="GLACIER")
    refused(403, "InvalidObjectState", s3.get_object, Bucket=BUCKET, Key="cold")
    source = {"Bucket": BUCKET, "Key": "cold"}
    refused(403, "ObjectNotInActiveTierError", s3.copy_object, Bucket=BUCKET, Key="warm", CopySource=source)
    head = s3.head_object(Bucket=BUCKET, Key="cold")
    equal((head["StorageClass"], "Restore" in head), ("GLACIER", False))


@check("s3: restoring what is archived is accepted, a second time it is in progress, faster it is accepted")
def _():
    equal(status_of(restore("cold", tier="Bulk")), 202)
    equal(s3.head_object(Bucket=BUCKET, Key="cold")["Restore"], 'ongoing-request="true"')
    refused(409, "RestoreAlreadyInProgress", restore, key="cold", tier="Bulk")
    equal(status_of(restore("cold", tier="Standard")), 202)


@check("s3: after its time a restored object is readable, and restoring it again is a 200")
def _():
    leap("6h")
    equal(s3.get_object(Bucket=BUCKET, Key="cold")["Body"].read(), BODY)
    head = s3.head_object(Bucket=BUCKET, Key="cold")
    equal((head["StorageClass"], head["Restore"].startswith('ongoing-request="false", expiry-date="')), ("GLACIER", True))
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="cold", OptionalObjectAttributes=["RestoreStatus"])
    equal(listed["Contents"][0]["RestoreStatus"]["IsRestoreInProgress"], False)
    equal(status_of(restore("cold", days=2)), 200)


@check("s3: a restored copy expires at midnight UTC")
def _():
    leap("4d")
    refused(403, "InvalidObjectState", s3.get_object, Bucket=BUCKET, Key="cold")
    equal("Restore" in s3.head_object(Bucket=BUCKET, Key="cold"), False)


@check("s3: what is not archived cannot be restored")
def _():
    refused(403, "InvalidObjectState", restore, key="once")
    refused(403, "InvalidObjectState", restore, key="parts")


@check("s3: Expedited is refused for DEEP_ARCHIVE")
def _():
    s3.put_object(Bucket=BUCKET, Key="deep", Body=b"x", StorageClass="DEEP_ARCHIVE")
    refused(400, "InvalidArgument", restore, key="deep", tier="Expedited")
    equal(status_of(restore("deep", tier="Bulk")), 202)


@check("s3: Expedited without capacity is a 503, and with it takes minutes")
def _():
    s3.put_object(Bucket=BUCKET, Key="hasty", Body=b"x", StorageClass="GLACIER")
    urllib.request.urlopen(f"{ENDPOINT}/_peers/expedited?none").close()
    refused(503, "GlacierExpeditedRetrievalNotAvailable", restore, key="hasty", tier="Expedited")
    urllib.request.urlopen(f"{ENDPOINT}/_peers/expedited?available").close()
    equal(status_of(restore("hasty", tier="Expedited")), 202)
    leap("5m")
    equal(s3.get_object(Bucket=BUCKET, Key="hasty")["Body"].read(), b"x")


@check("s3: a presigned URL works without credentials, until it expires")
def _():
    # Left to itself boto3 presigns with the old version 2.
    signer = boto3.client("s3", config=Config(signature_version="s3v4"))
    # boto3 signs with the real time; the simulated cloud is days ahead of it by now.
    presign = lambda seconds: signer.generate_presigned_url(  # noqa: E731
        "get_object", Params={"Bucket": BUCKET, "Key": "once"}, ExpiresIn=seconds
    )
    with urllib.request.urlopen(presign(6 * 86400)) as answer:
        equal(answer.read(), b"first")
    try:
        urllib.request.urlopen(presign(3600))
    except urllib.error.HTTPError as error:
        equal((error.code, b"Request has expired" in error.read()), (403, True))
        return
    raise AssertionError("an expired URL was served")


@check("s3: objects are deleted one by one and in bulk")
def _():
    s3.delete_object(Bucket=BUCKET, Key="copy")
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="copy")
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "tagged"}, {"Key": "never there"}]})
    equal(len(answer["Deleted"]), 2)


@check("sqs: a message is sent, received once, and deleted")
def _():
    url = sqs.create_queue(QueueName="peer-boto3", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    attributes = {"kind": {"DataType": "String", "StringValue": "order"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="héllo <&>\r\n", MessageAttributes=attributes)
    received = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"], WaitTimeSeconds=1)
    [message] = received["Messages"]
    equal((message["MessageId"], message["Body"]), (sent["MessageId"], "héllo <&>\r\n"))
    equal((message["MessageAttributes"], message["Attributes"]["ApproximateReceiveCount"]), (attributes, "1"))
    equal("Messages" in sqs.receive_message(QueueUrl=url), False)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    leap("1m")
    equal("Messages" in sqs.receive_message(QueueUrl=url), False)
    refused(400, "AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="peer-none")


@check("sqs: a FIFO queue keeps order and drops repeats")
def _():
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="peer-boto3.fifo", Attributes=attributes)["QueueUrl"]
    for body in ("one", "two", "one"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    equal([message["Body"] for message in received], ["one", "two"])


@check("dynamodb: a condition lets one writer through")
def _():
    dynamodb.create_table(
        TableName="peer",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName="peer")
    put = {"TableName": "peer", "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.put_item(**put)
    refused(400, "ConditionalCheckFailedException", dynamodb.put_item, **put)


@check("a wrong secret is refused by every service")
def _():
    secret = {"aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": "wrong"}
    client = lambda service: boto3.client(service, config=CONFIG, **secret)  # noqa: E731
    refused(403, "SignatureDoesNotMatch", client("s3").list_buckets)
    refused(403, "SignatureDoesNotMatch", client("sqs").list_queues)
    refused(400, "InvalidSignatureException", client("dynamodb").list_tables)


@check("a service that is not simulated says so")
def _():
    refused(501, "NotImplemented", boto3.client("sts", config=CONFIG).get_caller_identity)


sys.exit(0)
