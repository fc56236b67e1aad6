import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** Read once somebody asks for it: hardly a caller does. */
const readDocument = async (): Promise<unknown> =>
  (await import('../../docs/openapi.json', { with: { type: 'json' } })).default

/** What the API says of itself: OpenAPI, as it was written when the function was built. */
export const documentRoutes: Routes = {
  'GET /openapi.json': async () => json(200, await readDocument()),
}
