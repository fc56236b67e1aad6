export const handler = async (event: { Records: { body: string }[] }) => {
  const bodies = event.Records.map(({ body }) => body)
  console.log(`begin ${bodies}`)
  await new Promise((resolve) => setTimeout(resolve, 30))
  console.log(`end ${bodies}`)
  if (bodies.some((body) => body.includes('bad'))) throw new Error('bad')
}
