import { playGroup } from './play-group.ts'
import { KEEPING } from './scenarios/keeping.ts'

playGroup('keeping', KEEPING)
