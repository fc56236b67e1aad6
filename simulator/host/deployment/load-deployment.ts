import { join } from 'node:path'
import * as z from 'zod'
import { region } from '../../account.ts'
import { corsSchema } from './cors.ts'
import type { Deployment } from './definitions.ts'
import { functionOf, providerSchema } from './functions.ts'
import { makeIntrinsicResolver, type ResourceValues } from './intrinsics.ts'
import { isJsonObject, type JsonValue, jsonObjectSchema, parseAs } from './json.ts'
import { readYaml } from './read-yaml.ts'
import { BUCKET, mergeResources, namePropertyOf, QUEUE, type Resource, TABLE, valuesOf } from './resources.ts'
import { bucketOf, queueOf, tableOf } from './storage.ts'
import { makeVariableResolver } from './variables.ts'

export type LoadOptions = {
  /** `dev` unless said, or what serverless.yml falls back to. */
  readonly stage?: string
  /** Web origins whose pages may call the HTTP API, with commas between them, as the parameter `corsOrigins`; none unless said. */
  readonly corsOrigins?: string | undefined
  /** Where queue URLs point: the simulated cloud's own address. */
  readonly endpoint?: string
}

const serviceSchema = z.object({
  service: z.string(),
  provider: z.json(),
  custom: z.looseObject({ cors: corsSchema.nullable().default(null) }).prefault({}),
  functions: z.union([jsonObjectSchema, z.array(jsonObjectSchema)]).default({}),
  resources: z.union([z.json(), z.array(z.json())]).default([]),
})

/** What `<root>/serverless.yml` deploys, for the simulated account. What it cannot resolve, or does not know, is an error. */
export const loadDeployment = (root: string, options: LoadOptions = {}): Deployment => {
  const { stage: wanted, corsOrigins, endpoint = `https://sqs.${region}.amazonaws.com` } = options
  const file = join(root, 'serverless.yml')
  const config = parseAs(jsonObjectSchema, readYaml(file), file)
  const resolveVariables = makeVariableResolver(config, {
    root,
    options: {
      ...(wanted !== undefined && { stage: wanted }),
      ...(corsOrigins !== undefined && { 'param.corsOrigins': corsOrigins }),
    },
  })
  const { service, provider, custom, functions, resources } = parseAs(
    serviceSchema,
    resolveVariables(config),
    file,
  )
  const stage = String(resolveVariables(`\${sls:stage}`))
  const merged = mergeResources([resources].flat())
  const values = resourceValues(merged.resources, { service, stage, endpoint })
  const resolve = makeIntrinsicResolver(values)

  const ofType = (type: string) =>
    [...merged.resources].flatMap(([logicalId, resource]) =>
      resource.Type === type ? [{ logicalId, ...read(logicalId, resource) }] : [],
    )
  const read = (logicalId: string, resource: Resource) => {
    const properties = resolve(resource.Properties, logicalId)
    const known = values.get(logicalId)
    if (!isJsonObject(properties) || known === undefined) throw new Error(`${logicalId}: not an object`)
    return { properties, ...known }
  }
  const defaults = parseAs(providerSchema, resolve(provider, 'provider'), 'provider')
  const named = [functions].flat().flatMap((group) => Object.entries(group))

  return {
    service,
    stage,
    cors: custom.cors,
    functions: named.map(([name, definition]) =>
      functionOf(
        name,
        resolve(withoutRole(definition), `functions.${name}`),
        `${service}-${stage}`,
        defaults,
      ),
    ),
    buckets: ofType(BUCKET).map(({ logicalId, ref, properties }) => bucketOf(logicalId, ref, properties)),
    queues: ofType(QUEUE).map(({ ref, attributes, properties }) =>
      queueOf(attributes.QueueName ?? '', attributes.Arn ?? '', ref, properties),
    ),
    tables: ofType(TABLE).map(({ logicalId, ref, properties }) => tableOf(logicalId, ref, properties)),
    outputs: new Map(
      [...merged.outputs].map(([name, { Value }]) => [name, String(resolve(Value, `Outputs.${name}`))]),
    ),
  }
}

/** Names come first: everything else may refer to them. They themselves refer to nothing but account and region. */
const resourceValues = (
  resources: ReadonlyMap<string, Resource>,
  naming: { service: string; stage: string; endpoint: string },
): Map<string, ResourceValues> => {
  const resolveName = makeIntrinsicResolver(new Map())
  return new Map(
    [...resources].map(([logicalId, resource]) => {
      const given = resource.Properties[namePropertyOf(resource.Type) ?? '']
      const name = given === undefined ? undefined : String(resolveName(given, logicalId))
      return [logicalId, valuesOf(logicalId, resource, name, naming)]
    }),
  )
}

/** A role may be any expression, and none is needed here. */
const withoutRole = (definition: JsonValue): JsonValue => {
  if (!isJsonObject(definition)) return definition
  const { role: _role, ...rest } = definition
  return rest
}
