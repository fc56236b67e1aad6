import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { grantReplays } from './grant-replays.js'

/**
 * Builds the functions before osls looks for their zips, so that a bare `serverless deploy` deploys what is in the
 * repository, and grants what the configuration calls for. On the project's own Node: the one that osls was started with
 * may be too old to run TypeScript.
 */
export default class BuildFunctions {
  constructor(serverless) {
    const root = serverless.serviceDir
    const run = (script, stdout) => {
      const node = join(root, 'node_modules/.bin/node')
      const ran = spawnSync(node, [join(root, script)], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', stdout, 'inherit'],
      })
      if (ran.error !== undefined) throw ran.error
      if (ran.status !== 0) throw new serverless.classes.Error(`${script} failed`)
      return ran.stdout
    }
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => {
        run('scripts/build.ts', 'inherit')
        grantReplays(serverless.service, JSON.parse(run('scripts/list-replay-queues.ts', 'pipe')))
      },
    }
  }
}
