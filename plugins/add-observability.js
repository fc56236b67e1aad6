/** Merges what watches the deployment into its resources. `make` is told of the place, and gives Resources and Outputs. */
export const addObservability = (service, make) => {
  const { stage, watch, deploymentPreference } = service.custom
  const memory = Object.fromEntries(
    Object.entries(service.functions).map(([name, { memorySize }]) => [name, memorySize ?? 1024]),
  )
  const made = make({
    service: service.service,
    stage,
    canary: watch.canary,
    shifts: deploymentPreference !== 'none',
    email: watch.email,
    memory,
  })
  const { resources } = service
  for (const part of ['Resources', 'Outputs'])
    for (const [id, value] of Object.entries(made[part])) {
      if (Object.hasOwn(resources[part], id)) throw new Error(`resources: ${id} is given twice`)
      resources[part][id] = value
    }
}
