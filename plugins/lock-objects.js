const MODES = ['GOVERNANCE', 'COMPLIANCE']

/**
 * Turns Object Lock on for the archive bucket: for so many days nobody, or in COMPLIANCE not even the account's root, can delete
 * a version. What icecore deletes gets a delete marker as before; the version goes when both its lock and its lifecycle rule let it.
 */
export const lockObjects = ({ Resources }, { days: given, mode }) => {
  // from the command line it comes as text
  const days = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (days === 0) return
  if (!(days >= 1 && days <= 36_500))
    throw new Error(`objectLockDays: expected whole days from 1, got ${JSON.stringify(given)}`)
  if (!MODES.includes(mode))
    throw new Error(`objectLockMode: expected one of ${MODES.join(', ')}, got ${JSON.stringify(mode)}`)
  Object.assign(Resources.ArchiveBucket.Properties, {
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: mode, Days: days } },
    },
  })
}
