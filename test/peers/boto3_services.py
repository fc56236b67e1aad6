"""What boto3 sees of the simulator's SQS and DynamoDB, and of its door."""

import os

from boto3_check import check, client, equal, leap, refused

sqs = client("sqs")
dynamodb = client("dynamodb")


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
    refused(403, "SignatureDoesNotMatch", client("s3", **secret).list_buckets)
    refused(403, "SignatureDoesNotMatch", client("sqs", **secret).list_queues)
    refused(400, "InvalidSignatureException", client("dynamodb", **secret).list_tables)


@check("sts: says whose the credentials are")
def _():
    equal(set(client("sts").get_caller_identity()) - {"ResponseMetadata"}, {"Account", "Arn", "UserId"})


@check("a service that is not simulated says so")
def _():
    refused(501, "NotImplemented", client("sns").list_topics)
