import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Builds the functions before osls looks for their zips, so that a bare `serverless deploy` deploys what is in the
 * repository. On the project's own Node: the one that osls was started with may be too old to run TypeScript.
 */
export default class BuildFunctions {
  constructor(serverless) {
    const root = serverless.serviceDir
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => {
        const node = join(root, 'node_modules/.bin/node')
        const { status, error } = spawnSync(node, [join(root, 'scripts/build.ts')], {
          cwd: root,
          stdio: ['ignore', 'inherit', 'inherit'],
        })
        if (error !== undefined) throw error
        if (status !== 0) throw new serverless.classes.Error('the functions could not be built')
      },
    }
  }
}
