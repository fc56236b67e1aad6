import * as z from 'zod'

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  UpdatePolicy: z.unknown().optional(),
  DependsOn: z.unknown().optional(),
})
export const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) })

export type Template = z.infer<typeof templateSchema>
export type Resource = z.infer<typeof resourceSchema> & { readonly id: string }

/** One rule about the packaged template. */
export type Rule = {
  readonly name: string
  /** What breaks the rule, one line each. */
  readonly violations: (template: Template) => string[]
  /** Breaks the rule in a template that keeps it: proof that the rule can fail. */
  readonly breakIt: (template: Template) => void
}

export const resourcesOf = (template: Template, type: string): Resource[] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, ...resource }))

/** The value at a path such as `Properties.RedrivePolicy.maxReceiveCount`; undefined where there is none. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((here, key) => {
    if (typeof here !== 'object' || here === null) return undefined
    return Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined
  }, value)

/** Sets what `at` would read; the way to it must be there. */
export const set = (value: unknown, path: string, to: unknown): void => {
  const dot = path.lastIndexOf('.')
  const parent = at(value, path.slice(0, dot))
  if (typeof parent !== 'object' || parent === null) throw new Error(`nothing is at ${path}`)
  if (to === undefined) Reflect.deleteProperty(parent, path.slice(dot + 1))
  else Reflect.set(parent, path.slice(dot + 1), to)
}

export const list = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** The logical id in `Ref` or `Fn::GetAtt`. */
export const referred = (value: unknown): string => String(at(value, 'Ref') ?? at(value, 'Fn::GetAtt.0'))

/** The function that is meant, by itself or by its alias. */
export const functionOf = (template: Template, value: unknown): string => {
  const id = referred(value)
  const resource = template.Resources[id]
  return resource?.Type === 'AWS::Lambda::Alias' ? referred(resource.Properties.FunctionName) : id
}

export const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)

/** The ids of those resources of a type for which `holds` does not. */
export const unless = (template: Template, type: string, holds: (resource: Resource) => boolean): string[] =>
  resourcesOf(template, type)
    .filter((resource) => !holds(resource))
    .map(({ id }) => id)
