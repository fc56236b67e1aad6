export const handler = async (event: { time: string }) => {
  console.log(event.time, new Date().toISOString())
  console.log(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          { Namespace: 'tiny', Dimensions: [['service']], Metrics: [{ Name: 'ticks', Unit: 'Count' }] },
        ],
      },
      service: 'tick',
      ticks: 1,
    }),
  )
}
