import { playGroup } from './play-group.ts'
import { READING } from './scenarios/reading.ts'

playGroup('reading', READING)
