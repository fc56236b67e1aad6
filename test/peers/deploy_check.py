"""What an API server of AWS that is not ours has after `serverless deploy`: python deploy_check.py <phase> <template>."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

from report import check, equal

phase, template_file, stack = sys.argv[1:4]
with open(template_file, encoding="utf-8") as file:
    template = json.load(file)["Resources"]

# moto has no CloudFormation for these: what they make is checked by the tests of the packaged template alone
LACKING = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
# Of what it has, its CloudFormation leaves out: all of a bucket but its name, encryption and tags; a function's tracing; and the
# outputs of the stack.


def of_type(kind):
    return {name: resource["Properties"] for name, resource in template.items() if resource["Type"] == kind}


def client(service):
    return boto3.client(service)


def stack_resources():
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }


ids = {} if phase == "removed" else stack_resources()


def deployed():
    @check("deploy: the stack is complete")
    def _():
        (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        # osls makes the stack with its bucket first, and fills it then
        equal(found["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), True)

    @check("deploy: every resource is there but of the types that moto lacks")
    def _():
        missing = {resource["Type"] for name, resource in template.items() if name not in ids}
        equal(missing, LACKING & {resource["Type"] for resource in template.values()})

    @check("deploy: every bucket is there under its name, encrypted as it should be")
    def _():
        s3 = client("s3")
        for name, properties in of_type("AWS::S3::Bucket").items():
            found = s3.get_bucket_encryption(Bucket=ids[name])["ServerSideEncryptionConfiguration"]
            (rule,) = found["Rules"]
            (wanted,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            algorithm = wanted["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
            equal(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], algorithm)
            if "BucketName" in properties:
                kind = properties["BucketName"]["Fn::Sub"].split("${")[0]
                equal(ids[name].startswith(kind), True)

    @check("deploy: every queue has its settings and its dead letters")
    def _():
        sqs = client("sqs")
        for name, properties in of_type("AWS::SQS::Queue").items():
            found = sqs.get_queue_attributes(QueueUrl=ids[name], AttributeNames=["All"])["Attributes"]
            for setting in ("VisibilityTimeout", "MessageRetentionPeriod"):
                equal((name, found[setting]), (name, str(properties[setting])))
            equal(found["QueueArn"].rsplit(":", 1)[1], properties["QueueName"])
            if "RedrivePolicy" in properties:
                redrive = json.loads(found["RedrivePolicy"])
                equal(redrive["maxReceiveCount"], properties["RedrivePolicy"]["maxReceiveCount"])
                target = properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
                equal(redrive["deadLetterTargetArn"].rsplit(":", 1)[1], template[target]["Properties"]["QueueName"])

    @check("deploy: the table has its keys and its protection")
    def _():
        dynamodb = client("dynamodb")
        for name, properties in of_type("AWS::DynamoDB::Table").items():
            table = dynamodb.describe_table(TableName=ids[name])["Table"]
            equal(table["KeySchema"], properties["KeySchema"])
            equal(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
            equal(table["DeletionProtectionEnabled"], True)
            equal([index["IndexName"] for index in table["GlobalSecondaryIndexes"]], ["due"])

    @check("deploy: every function has its settings, its code and its version")
    def _():
        functions = client("lambda")
        for properties in of_type("AWS::Lambda::Function").values():
            found = functions.get_function_configuration(FunctionName=properties["FunctionName"])
            for setting in ("Handler", "MemorySize", "Runtime", "Timeout"):
                equal(found[setting], properties[setting])
            equal(found["Role"].rsplit("/", 1)[1], ids[properties["Role"]["Fn::GetAtt"][0]])
            variables, wanted = found["Environment"]["Variables"], properties["Environment"]["Variables"]
            equal(set(variables), set(wanted))
            # whatever the template refers to is something: empty is only what it says is
            equal([name for name, value in variables.items() if value == "" and wanted[name] != ""], [])
            versions = functions.list_versions_by_function(FunctionName=properties["FunctionName"])["Versions"]
            equal("1" in [version["Version"] for version in versions], True)

    @check("deploy: every queue feeds its function")
    def _():
        found = client("lambda").get_paginator("list_event_source_mappings").paginate().build_full_result()
        seen = sorted(
            (each["EventSourceArn"].rsplit(":", 1)[1], each["FunctionArn"].split(":")[6], each["BatchSize"])
            for each in found["EventSourceMappings"]
        )
        wanted = sorted(
            (
                template[properties["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]["QueueName"],
                template[properties["FunctionName"]["Fn::GetAtt"][0]]["Properties"]["FunctionName"],
                properties["BatchSize"],
            )
            for properties in of_type("AWS::Lambda::EventSourceMapping").values()
        )
        equal(seen, wanted)

    @check("deploy: every schedule calls its function")
    def _():
        events = client("events")
        for name, properties in of_type("AWS::Events::Rule").items():
            rule = events.describe_rule(Name=ids[name].rsplit("/", 1)[-1])
            equal(
                (rule["ScheduleExpression"], rule["State"]),
                (properties["ScheduleExpression"], properties["State"]),
            )
            (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            lambda_id = properties["Targets"][0]["Arn"]["Fn::GetAtt"][0]
            equal(target["Arn"].split(":")[6], template[lambda_id]["Properties"]["FunctionName"])

    @check("deploy: every role has its policies, and every log its time")
    def _():
        iam = client("iam")
        for name, properties in of_type("AWS::IAM::Role").items():
            policies = iam.list_role_policies(RoleName=ids[name])["PolicyNames"]
            equal(policies, [policy["PolicyName"] for policy in properties["Policies"]])
        groups = client("logs").get_paginator("describe_log_groups").paginate().build_full_result()["logGroups"]
        kept = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
        for properties in of_type("AWS::Logs::LogGroup").values():
            equal(kept.get(properties["LogGroupName"]), properties["RetentionInDays"])


def removed():
    @check("remove: the stack is gone")
    def _():
        try:
            (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
            equal(found["StackStatus"], "DELETE_COMPLETE")
        except ClientError as error:
            equal(error.response["Error"]["Code"], "ValidationError")

    @check("remove: functions, queues, schedules and mappings are gone")
    def _():
        equal(client("lambda").list_functions()["Functions"], [])
        equal(client("lambda").list_event_source_mappings()["EventSourceMappings"], [])
        equal(client("sqs").list_queues().get("QueueUrls", []), [])
        equal(client("events").list_rules()["Rules"], [])

    @check("remove: buckets, table and key are kept")
    def _():
        kept = {name for name, resource in template.items() if resource.get("DeletionPolicy") == "Retain"}
        buckets = {name for name in kept if template[name]["Type"] == "AWS::S3::Bucket"}
        equal(len(client("s3").list_buckets()["Buckets"]), len(buckets))
        names = {properties["TableName"] for properties in of_type("AWS::DynamoDB::Table").values()}
        equal(set(client("dynamodb").list_tables()["TableNames"]), names)
        # moto fails on DescribeKey of this key, so that it is there is all that is seen
        equal(len(client("kms").list_keys()["Keys"]), 1)


{"deployed": deployed, "removed": removed}[phase]()
