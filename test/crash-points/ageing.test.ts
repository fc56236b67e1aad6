import { playGroup } from './play-group.ts'
import { AGEING } from './scenarios/ageing.ts'

playGroup('ageing', AGEING)
