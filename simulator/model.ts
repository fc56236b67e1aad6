/** What every model of a service has in common: it lives on the virtual clock. */
export type TimedModel = {
  /** When this model next changes by itself, in virtual ms; undefined when nothing is scheduled. */
  nextDue(): number | undefined
  /** Do everything whose time has come. Safe to call at any moment, any number of times. */
  runDue(): void
}

/** Where models record what AWS would charge for. A line that has no price is an error at the invoice. */
export type Meter = {
  /** `line` is a key of the price table, such as `s3.put.STANDARD`, `sqs.request` or `dynamodb.write-unit`. */
  add(line: string, quantity: number): void
}
