import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { region } from '../../simulator/account.ts'
import type { Cloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { startHost } from '../../simulator/host/start-host.ts'

/** Lines of flights that parsers, printers and terminals are known to change. */
const HOSTILE = [
  '{"flight":"big-number","date":"2026-01-01","n":123456789012345678901234567890,"m":9007199254740993,"f":1.0,"e":1E+2}',
  '{"flight":"repeated","date":"2026-01-01","a":1,"a":2,"a":3}',
  '{"flight":"proto","date":"2026-01-01","__proto__":{"polluted":true},"constructor":{"prototype":{}}}',
  '{"flight":"escapes","date":"2026-01-01","t":"\\u0041\\n\\t\\/\\"\\\\ \\u0000"}',
  '{"flight":"emoji 🧊❄️","date":"2026-01-01","t":"👩‍👩‍👧‍👦 \u202e bidi \ufeff bom"}',
  '{"flight":"lone","date":"2026-01-01","high":"\\ud83d","low":"\\ude00","both":"\\ude00\\ud83d"}',
  '{ "flight" : "spaces" ,\t"date" : "2026-01-01" }  ',
  `{"flight":"mebibyte","date":"2026-01-01","t":"${'x'.repeat(2 ** 20 - 60)}"}`,
]

/**
 * Sends hostile lines through the whole deployment until they are sealed, and leaves the sealed segment and the lines as
 * files for other programs to compare: `sealed.parquet`, and `lines.json` in the segment's order, by id.
 */
export const sealHostileLines = async (cloud: Cloud, root: string, folder: string): Promise<void> => {
  const host = await startHost(cloud, root)
  const s3 = new S3Client({
    endpoint: cloud.endpoint,
    region,
    credentials: DEFAULT_CREDENTIALS,
    forcePathStyle: true,
  })
  const bucket = (name: string) => host.deployment.outputs.get(name) ?? ''
  try {
    const body = HOSTILE.map((line) => `${line}\n`).join('')
    const hot = { Bucket: bucket('HotBucketName'), Key: 'flights/hostile.ndjson', Body: body }
    await s3.send(new PutObjectCommand(hot))
    await host.idle()
    await host.runUntil(cloud.clock.now() + 3 * 3_600_000, { stride: 3_600_000 })
    const archive = bucket('ArchiveBucketName')
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: archive, Prefix: 'sealed/' }))
    const key = listed.Contents?.[0]?.Key
    if (key === undefined) throw new Error('nothing was sealed')
    const bytes = await s3.send(new GetObjectCommand({ Bucket: archive, Key: key }))
    await writeFile(join(folder, 'sealed.parquet'), (await bytes.Body?.transformToByteArray()) ?? '')
    const ordered = HOSTILE.toSorted((a, b) => (JSON.parse(a).flight < JSON.parse(b).flight ? -1 : 1))
    await writeFile(join(folder, 'lines.json'), JSON.stringify(ordered))
  } finally {
    s3.destroy()
    await host.close()
  }
}
