import config from '../icecore.config.ts'

/** The queues that destinations of the configuration replay to, as JSON; what `serverless` grants hydrate-records to send to. */
const queues = [...config.destinations.values()].flatMap(({ replay }) => (replay ? [replay.queue] : []))
console.log(JSON.stringify(queues))
