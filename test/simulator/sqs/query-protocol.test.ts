import { expect, test } from 'vitest'
import { decodeForm, encodeXml } from '../../../simulator/sqs/wire/query-protocol.ts'

test('a form becomes what the JSON protocol would say', () => {
  const form = new URLSearchParams({
    Action: 'SendMessageBatch',
    Version: '2012-11-05',
    QueueUrl: 'http://h/000000000000/orders',
    'SendMessageBatchRequestEntry.10.Id': 'last',
    'SendMessageBatchRequestEntry.2.Id': 'a',
    'SendMessageBatchRequestEntry.2.MessageBody': 'x & y=z.1',
    'SendMessageBatchRequestEntry.2.MessageAttribute.1.Name': 'some.name',
    'SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType': 'String',
    'SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue': 'v',
  })
  expect(decodeForm(form.toString())).toEqual({
    action: 'SendMessageBatch',
    input: {
      QueueUrl: 'http://h/000000000000/orders',
      Entries: [
        {
          Id: 'a',
          MessageBody: 'x & y=z.1',
          MessageAttributes: { 'some.name': { DataType: 'String', StringValue: 'v' } },
        },
        { Id: 'last' },
      ],
    },
  })
})

test('tags and attributes become maps', () => {
  const form =
    'Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=team&Tag.1.Value='
  expect(decodeForm(form).input).toEqual({
    QueueName: 'q',
    Attributes: { DelaySeconds: '5' },
    tags: { team: '' },
  })
})

test('an output becomes flattened XML, escaped', () => {
  const output = {
    Messages: [
      {
        Body: '<a> & "b"\r\n',
        Attributes: { SentTimestamp: '1' },
        MessageAttributes: { name: { DataType: 'String', StringValue: 'v' } },
      },
    ],
  }
  expect(encodeXml('ReceiveMessage', output, 'r')).toBe(
    '<?xml version="1.0"?>\n<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult><Message><Body>&lt;a&gt; &amp; &quot;b&quot;&#xD;\n</Body><Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute><MessageAttribute><Name>name</Name><Value><DataType>String</DataType><StringValue>v</StringValue></Value></MessageAttribute></Message></ReceiveMessageResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ReceiveMessageResponse>',
  )
})

test.each([
  ['ReceiveMessage', '<ReceiveMessageResult></ReceiveMessageResult>'],
  ['DeleteMessage', ''],
])('an empty output of %s has %j', (action, result) => {
  expect(encodeXml(action, {}, 'r')).toContain(`2012-11-05/">${result}<ResponseMetadata>`)
})
