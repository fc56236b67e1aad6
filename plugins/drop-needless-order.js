/** The ids that a value refers to, in whichever of CloudFormation's ways. */
const referredBy = (value) => {
  if (Array.isArray(value)) return value.flatMap(referredBy)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Ref') return [member]
    if (key === 'Fn::GetAtt') return [[member].flat()[0].split('.')[0]]
    if (key !== 'Fn::Sub') return referredBy(member)
    const [text, own] = [member].flat()
    return [...[...text.matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id), ...referredBy(own)]
  })
}

/** Takes out of `DependsOn` what a reference says already: osls writes both, and linters complain. */
export const dropNeedlessOrder = ({ Resources }) => {
  for (const resource of Object.values(Resources)) {
    if (resource.DependsOn === undefined) continue
    const referred = new Set(referredBy(resource.Properties))
    const needed = [resource.DependsOn].flat().filter((id) => !referred.has(id))
    if (needed.length === 0) delete resource.DependsOn
    else resource.DependsOn = needed
  }
}
