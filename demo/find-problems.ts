import type { Page } from './page.ts'

/** Everything on the page that must not be so. */
export const findProblems = (
  { ledgers, rehydrations, comparison }: Pick<Page, 'ledgers' | 'rehydrations' | 'comparison'>,
  expected: { readonly malformed: number; readonly deadLetters: ReadonlyMap<string, number> },
): string[] => {
  const { malformed, deadLetters } = expected
  const quarantined = ledgers.reduce((sum, ledger) => sum + ledger.quarantined.count, 0)
  return [
    ...ledgers
      .filter(({ balanced }) => !balanced)
      .map(({ dataset }) => `the ledger of ${dataset} does not balance`),
    ...comparison.archive
      .filter(({ equal }) => !equal)
      .map(({ dataset, source, archived }) => `${dataset}: the source is ${source}, the archive ${archived}`),
    ...rehydrations
      .filter(({ complete }) => !complete)
      .map(({ name }) => `${name}: the answer is not complete`),
    ...rehydrations
      .filter(({ equal }) => !equal)
      .map(({ name }) => `${name}: what came back is not what was sent`),
    ...(quarantined === malformed
      ? []
      : [`${malformed} malformed records were sent, ${quarantined} are in quarantine`]),
    ...[...deadLetters].map(([queue, count]) => `${count} messages of the queue ${queue} were given up on`),
  ]
}
