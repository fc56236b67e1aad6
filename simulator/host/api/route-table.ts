import type { FunctionDefinition, RouteTrigger } from '../deployment/definitions.ts'

export type RouteMatch = {
  readonly definition: FunctionDefinition
  readonly route: RouteTrigger
  readonly parameters: Readonly<Record<string, string>>
}

type Entry = {
  readonly definition: FunctionDefinition
  readonly route: RouteTrigger
  readonly parts: string[]
}

const NAMED = /^\{(\w+)\}$/
const GREEDY = /^\{(\w+)\+\}$/

/**
 * Finds the route of a request: a literal segment wins over a named one, a named one over a greedy one. Values of
 * path parameters are decoded, as API Gateway does.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const makeRouteTable = (definitions: readonly FunctionDefinition[]) => {
  const entries: Entry[] = definitions.flatMap((definition) =>
    definition.routes.map((route) => ({ definition, route, parts: splitPath(route.path) })),
  )
  return (method: string, path: string): RouteMatch | undefined => {
    const segments = splitPath(path)
    const [best] = entries
      .filter(({ route }) => route.method === method || route.method === 'ANY')
      .flatMap((entry) => {
        const parameters = match(entry.parts, segments)
        return parameters === undefined ? [] : [{ ...entry, parameters, rank: rankOf(entry.parts) }]
      })
      .sort((a, b) => a.rank.localeCompare(b.rank))
    return best && { definition: best.definition, route: best.route, parameters: best.parameters }
  }
}

const splitPath = (path: string) => path.split('/').slice(1)

const rankOf = (parts: readonly string[]) =>
  parts.map((part) => (GREEDY.test(part) ? '2' : NAMED.test(part) ? '1' : '0')).join('')

const match = (parts: readonly string[], segments: readonly string[]) => {
  const parameters: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index]
    if (segment === undefined) return undefined
    const greedy = GREEDY.exec(part)?.[1]
    const named = NAMED.exec(part)?.[1]
    if (greedy !== undefined) {
      parameters[greedy] = decode(segments.slice(index).join('/'))
      return parameters[greedy] === '' ? undefined : parameters
    }
    if (named === undefined ? part !== segment : segment === '') return undefined
    if (named !== undefined) parameters[named] = decode(segment)
  }
  return parts.length === segments.length ? parameters : undefined
}

/** What cannot be decoded stays as it came. */
export const decode = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
