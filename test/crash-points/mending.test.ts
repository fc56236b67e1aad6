import { playGroup } from './play-group.ts'
import { MENDING } from './scenarios/mending.ts'

playGroup('mending', MENDING)
