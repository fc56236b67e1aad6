import { type FunctionName, functionNames } from './deployed.ts'
import { logGroupId } from './series.ts'

export type SavedQuery = {
  readonly id: string
  readonly name: string
  readonly logGroupIds: readonly string[]
  readonly query: string
}

const groups = (names: readonly FunctionName[]) => names.map(logGroupId)

/** For Logs Insights. Lines of the functions are JSON; `service` is the function. */
export const savedQueries: readonly SavedQuery[] = [
  {
    id: 'ErrorsQuery',
    name: 'errors',
    logGroupIds: groups(functionNames),
    query: `fields @timestamp, service, message, error.name, error.message, messageId, apiRequestId, @requestId
| filter level = "ERROR" or @message like /Task timed out|Runtime exited/
| sort @timestamp desc
| limit 200`,
  },
  {
    id: 'RehydrationQuery',
    name: 'one rehydration, from asking to delivered',
    logGroupIds: groups(functionNames),
    query: `# put the id of the rehydration in the place of ID
fields @timestamp, service, message, xray_trace_id, @message
| filter @message like "ID"
| sort @timestamp asc
| limit 1000`,
  },
  {
    id: 'TraceQuery',
    name: 'one trace, across the functions',
    logGroupIds: groups(functionNames),
    query: `# put the id of the trace, as 1-6720…, in the place of ID
fields @timestamp, service, message
| filter xray_trace_id = "ID"
| sort @timestamp asc
| limit 1000`,
  },
  {
    id: 'ApiFailuresQuery',
    name: 'API failures',
    logGroupIds: ['HttpApiLogGroup'],
    query: `fields @timestamp, route, status, caller, subject, latency, error, requestId
| filter status >= 500 or latency > 10000
| sort @timestamp desc
| limit 200`,
  },
  {
    id: 'ApiCallersQuery',
    name: 'API calls by caller and route',
    logGroupIds: ['HttpApiLogGroup'],
    query: 'stats count(*) as calls, max(latency) as slowest by caller, subject, route | sort calls desc',
  },
  {
    id: 'DeadLettersQuery',
    name: 'dead letters kept',
    logGroupIds: groups(['keep-dead-letters']),
    query: `fields @timestamp, queue, messageId, outcome
| filter message = "dead letter kept"
| sort @timestamp desc`,
  },
  {
    id: 'CanaryQuery',
    name: 'canaries missing or failed',
    logGroupIds: groups(['send-canary']),
    query: `fields @timestamp, message, hour, problem
| filter message = "canary missing" or message = "canary failed"
| sort @timestamp desc`,
  },
  {
    id: 'ColdStartsQuery',
    name: 'cold starts and memory',
    logGroupIds: groups(functionNames),
    query: `filter @type = "REPORT"
| stats count(@initDuration) as coldStarts, pct(@initDuration, 99) as slowestStart, max(@maxMemoryUsed / 1e6) as mostMb, max(@memorySize / 1e6) as ofMb by @log`,
  },
]
