"""What boto3 sees of cold storage: each row of the restore table has its own answer."""

import urllib.request

from boto3_check import BODY, ENDPOINT, check, client, equal, leap, refused, status_of

BUCKET = "peer-boto3-cold"
s3 = client("s3")
s3.create_bucket(Bucket=BUCKET)
s3.put_object(Bucket=BUCKET, Key="hot", Body=b"x")
s3.put_object(Bucket=BUCKET, Key="instant", Body=b"x", StorageClass="GLACIER_IR")


def restore(key, days=1, tier="Standard"):
    request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    return s3.restore_object(Bucket=BUCKET, Key=key, RestoreRequest=request)


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
    refused(403, "InvalidObjectState", restore, key="hot")
    refused(403, "InvalidObjectState", restore, key="instant")


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
