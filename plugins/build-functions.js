import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { addObservability } from './add-observability.js'
import { allowOrigins } from './allow-origins.js'
import { askForTokens } from './ask-for-tokens.js'
import { dropNeedlessOrder } from './drop-needless-order.js'
import { grantReplays } from './grant-replays.js'
import { lockObjects } from './lock-objects.js'
import { shiftTraffic } from './shift-traffic.js'
import { useYourOwn } from './use-your-own.js'

/**
 * Builds the functions before osls looks for their zips, so that a bare `serverless deploy` deploys what is in the
 * repository, and adds to the template what follows from the code: what the configuration calls for is granted, and every alarm,
 * dashboard and saved query is made. On the project's own Node: the one that osls was started with may be too old to run TypeScript.
 */
export default class BuildFunctions {
  constructor(serverless, options) {
    const root = serverless.serviceDir
    const run = (script, stdout, input) => {
      const node = join(root, 'node_modules/.bin/node')
      const ran = spawnSync(node, [join(root, script)], {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 16 * 1024 * 1024,
        input,
        stdio: [input === undefined ? 'ignore' : 'pipe', stdout, 'inherit'],
      })
      if (ran.error !== undefined) throw ran.error
      if (ran.status !== 0) throw new serverless.classes.Error(`${script} failed`)
      return ran.stdout
    }
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => {
        run('scripts/build.ts', 'inherit')
        grantReplays(serverless.service, JSON.parse(run('scripts/list-replay-queues.ts', 'pipe')))
        addObservability(serverless.service, (place) =>
          JSON.parse(run('scripts/observability.ts', 'pipe', JSON.stringify(place))),
        )
      },
      // there osls looks for what it compares with what is deployed: unchanged, nothing is uploaded and nothing updated
      'after:package:createDeploymentArtifacts': () => {
        if (options.package !== undefined) return
        const [from, to] = [join(root, '.build'), join(root, '.serverless')]
        mkdirSync(to, { recursive: true })
        for (const name of readdirSync(from).filter((file) => file.endsWith('.zip')))
          cpSync(join(from, name), join(to, name))
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = serverless.service
        const template = provider.compiledCloudFormationTemplate
        allowOrigins(template, custom.cors)
        askForTokens(template, custom.tokens)
        lockObjects(template, custom.objectLock)
        useYourOwn(template, custom.yourOwn)
        shiftTraffic(template, custom.deploymentPreference)
        dropNeedlessOrder(template)
      },
    }
  }
}
