/** What `make` makes, once somebody asks for it: a large schema takes longer to be made than to be used, and few invocations need each. */
export const madeOnce = <Made extends object>(make: () => Made): (() => Made) => {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
}
