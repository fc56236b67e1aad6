import { type Quote, quoteWork } from '../domain/quote.ts'
import { MAX_SEARCHED_PARTITIONS } from '../domain/rehydration.ts'
import { AWS_THAW_TIMES } from '../domain/thaw-times.ts'
import type { TooBroad } from './find-partitions.ts'
import { type SurveyDeps, type SurveyedRequest, surveySelection } from './survey-selection.ts'

export type QuoteDeps = SurveyDeps

/** What a selection would cost at most, and when it would be there. */
export const quote =
  (deps: QuoteDeps) =>
  async (request: SurveyedRequest): Promise<{ kind: 'quoted'; quote: Quote } | TooBroad> => {
    const survey = await surveySelection(deps)(request, MAX_SEARCHED_PARTITIONS)
    if (survey.kind === 'too-broad') return survey
    return {
      kind: 'quoted',
      quote: quoteWork(survey.work, { now: deps.now(), thawTimes: AWS_THAW_TIMES }),
    }
  }
