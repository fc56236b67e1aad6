import { playGroup } from './play-group.ts'
import { BATCHING } from './scenarios/batching.ts'

playGroup('batching', BATCHING)
