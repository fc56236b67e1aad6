import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { RehydrationAnswer } from 'icecore/client'
import * as z from 'zod'
import type { Session } from './session.ts'

const manifestSchema = z.object({ files: z.array(z.object({ key: z.string() })) })

export type Request = {
  readonly dataset: string
  readonly select:
    | { readonly ids: readonly { id: string; time: string }[] }
    | { readonly from: string; readonly to: string }
  readonly tier: 'Standard' | 'Bulk'
}

export type Rehydrated = {
  readonly id: string
  readonly phases: NonNullable<RehydrationAnswer['phases']>
  readonly complete: boolean
  /** The coldest class that was read and the tier that thawed it, as the metrics say. */
  readonly storageClass: string
  readonly tier: string
  /** The delivered lines, of all files. */
  readonly lines: readonly string[]
  readonly bytes: number
}

/** What each tier would cost, and when it would be ready. */
export const askPrice = async ({ api }: Session, { dataset, select }: Request) =>
  (await api.quote({ dataset, select })).tiers

const readText = async ({ s3, output }: Session, key: string): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: output('RehydratedBucketName'), Key: key }))
  if (Body === undefined) throw new Error(`${key} has no body`)
  return Body.transformToString()
}

/** Asks for records, lets the time pass that it takes, and reads what was delivered. */
export const rehydrate = async (
  session: Session,
  request: Request,
  onTime: (now: number) => void,
): Promise<Rehydrated> => {
  const { api, host, cloud } = session
  const seen = { storageClass: 'unknown', tier: 'unknown' }
  const stopListening = host.onMetric(({ name, dimensions }) => {
    if (name !== 'rehydrationLatency') return
    seen.storageClass = dimensions.storageClass ?? seen.storageClass
    seen.tier = dimensions.retrievalTier ?? seen.tier
  })
  const { id } = await api.rehydrate({ ...request, destination: 'analysts', format: 'ndjson' })
  const status = () => api.rehydration(id)
  const isOver = async () => {
    onTime(cloud.clock.now())
    return ['completed', 'failed', 'cancelled'].includes((await status()).status)
  }
  await host.runUntil(isOver, { deadline: cloud.clock.now() + 7 * 86_400_000, stride: 4 * 3_600_000 })
  stopListening()
  const { result, phases, reason } = await status()
  if (result === undefined || phases === undefined) throw new Error(`rehydration ${id} failed: ${reason}`)
  const manifest = manifestSchema.parse(JSON.parse(await readText(session, result.manifest)))
  const texts = await Promise.all(manifest.files.map(({ key }) => readText(session, key)))
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
  return { id, phases, complete: result.complete, ...seen, lines, bytes: result.bytes }
}
