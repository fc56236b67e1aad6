import document from '../../docs/openapi.json' with { type: 'json' }
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** What the API says of itself: OpenAPI, as it was written when the function was built. */
export const documentRoutes: Routes = {
  'GET /openapi.json': async () => json(200, document),
}
