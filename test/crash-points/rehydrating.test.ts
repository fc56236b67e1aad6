import { playGroup } from './play-group.ts'
import { REHYDRATING } from './scenarios/rehydrating.ts'

playGroup('rehydrating', REHYDRATING)
