import { hash } from 'node:crypto'
import { putObject } from '../put-object.ts'
import type { World } from '../world.ts'
import type { JobState } from './job-state.ts'
import type { TaskOutcome } from './stored-job.ts'

const FORMAT = 'Report_CSV_20180820'
const SCHEMA = 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage'

const quote = (field: string) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

const lineOf = ({ bucket, key, versionId, succeeded, code, status, message }: TaskOutcome) =>
  [bucket, encodeURIComponent(key), versionId, succeeded ? 'succeeded' : 'failed', code, status, message]
    .map((field) => quote(String(field)))
    .join(',')

/**
 * "As long as at least one task has been invoked", a report lists what succeeded and what failed, a file each, and a
 * `manifest.json` names them.
 */
export const writeReport = (world: World, { job, outcomes }: JobState): void => {
  const { report } = job.request
  if (report === undefined || outcomes.length === 0) return
  const all = outcomes.flatMap((some) => some.outcomes)
  const folder = `${report.prefix === '' ? '' : `${report.prefix}/`}job-${job.id}`
  const put = (key: string, text: string, type: string) => {
    const body = Buffer.from(text)
    putObject(world, { bucket: report.bucket, key, body, headers: { 'content-type': type } })
    return hash('md5', body, 'hex')
  }
  const kinds = report.scope === 'AllTasks' ? (['succeeded', 'failed'] as const) : (['failed'] as const)
  const results = kinds.flatMap((kind) => {
    const lines = all.filter(({ succeeded }) => succeeded === (kind === 'succeeded')).map(lineOf)
    if (lines.length === 0) return []
    const key = `${folder}/results/${hash('sha1', `${job.id}/${kind}`, 'hex')}.csv`
    const md5 = put(key, `${lines.join('\n')}\n`, 'text/csv')
    return [{ TaskExecutionStatus: kind, Bucket: report.bucket, MD5Checksum: md5, Key: key }]
  })
  const manifest = {
    Format: FORMAT,
    ReportCreationDate: new Date(world.now()).toISOString(),
    Results: results,
    ReportSchema: SCHEMA,
  }
  const md5 = put(`${folder}/manifest.json`, JSON.stringify(manifest), 'application/json')
  put(`${folder}/manifest.json.md5`, md5, 'text/plain')
}
