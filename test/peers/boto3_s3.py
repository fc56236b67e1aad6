"""What boto3 sees of the simulator's S3, cold storage apart."""

import os
import urllib.error
import urllib.request

import boto3
from boto3_check import BODY, check, client, equal, leap, refused, status_of
from botocore.config import Config

BUCKET = "peer-boto3"
s3 = client("s3")


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


@check("s3: a presigned URL works without credentials, until it expires")
def _():
    # Left to itself boto3 presigns with the old version 2.
    signer = boto3.client("s3", config=Config(signature_version="s3v4"))
    # boto3 signs with the real time, which the simulated cloud leaves behind.
    leap("2d")
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
