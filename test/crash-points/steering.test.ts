import { playGroup } from './play-group.ts'
import { STEERING } from './scenarios/steering.ts'

playGroup('steering', STEERING)
