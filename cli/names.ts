/** Names of what is deployed, as serverless.yml and resources/ give them. */

const SERVICE = 'icecore'

export type Place = { readonly stage: string; readonly region: string; readonly account: string }

export const bucketName = (
  use: 'hot' | 'archive' | 'rehydrated',
  { stage, region, account }: Place,
): string => `${SERVICE}-${stage}-${use}-${account}-${region}`

export const queueName = (use: string, { stage }: Pick<Place, 'stage'>): string =>
  `${SERVICE}-${stage}-${use}`

export const tableName = ({ stage }: Pick<Place, 'stage'>): string => `${SERVICE}-${stage}-catalog`

export const stackName = ({ stage }: Pick<Place, 'stage'>): string => `${SERVICE}-${stage}`
