import { list } from './template.ts'

/** The ids that a part of a template refers to, by `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`; AWS's own such as `AWS::Region` left out. */
export const references = (part: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  const walk = (here: unknown): void => {
    if (typeof here !== 'object' || here === null) return
    for (const [key, value] of Object.entries(here)) {
      if (key === 'Ref' || key === 'DependsOn') for (const id of list(value)) found.add(String(id))
      else if (key === 'Fn::GetAtt') found.add(String(list(value)[0]).split('.')[0] ?? '')
      else if (key === 'Fn::Sub' && typeof value === 'string')
        for (const [, id = ''] of value.matchAll(/\$\{([A-Za-z0-9:]+)/g)) found.add(id)
      else walk(value)
    }
  }
  walk(part)
  return new Set([...found].filter((id) => !id.startsWith('AWS::')))
}
