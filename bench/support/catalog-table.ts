import { join } from 'node:path'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { tableInput } from '../../simulator/host/provision.ts'

export const TABLE = 'catalog'

const ROOT = join(import.meta.dirname, '../..')

/** The catalog table that is deployed, under the name that benchmarks give it. */
export const catalogTable = () => {
  const [table, ...others] = loadDeployment(ROOT).tables
  if (table === undefined || others.length > 0) throw new Error('expected one table in the deployment')
  return tableInput({ ...table, name: TABLE })
}
