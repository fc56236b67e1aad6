import { afterEach, describe, expect, it } from 'vitest'
import { lineUpQueue, obeyDeadLetters, obeyQueue, startTinyHost, tinyStart } from '../../support/tiny-host.ts'

let tiny = startTinyHost()
const fresh = (options = {}) => {
  tiny = startTinyHost(options)
  return tiny
}
afterEach(() => tiny.host.crash())

const send = (...bodies: string[]) => {
  for (const body of bodies) tiny.sqs.send(obeyQueue, { body })
}
const left = () => {
  const { visible, inFlight } = tiny.sqs.counts(obeyQueue)
  return visible + inFlight
}

describe('a queue that feeds a function', () => {
  it('deletes what the function succeeds on', async () => {
    fresh()
    send('succeed')
    await tiny.host.idle()
    expect(left()).toBe(0)
    expect(tiny.host.failures).toEqual([])
  })

  it.each(['null', 'nothing', 'succeed'])('takes the answer to "%s" for full success', async (order) => {
    fresh()
    send(order, 'another')
    await tiny.host.idle()
    expect(left()).toBe(0)
  })

  it.each([
    ['throw', 'TypeError: told to'],
    ['misspell', 'no message of the batch is called "nobody"'],
    ['unnamed', 'no message of the batch is called ""'],
    ['malformed', 'the answer is no list of batch item failures'],
    ['exit', "Runtime.ExitError: the function's runtime exited with code 3"],
    ['reject', 'Error: nobody waits for me'],
    ['hang', 'Sandbox.Timedout: task timed out after 1.00 seconds'],
  ])('keeps the whole batch when told to "%s"', async (order, reason) => {
    fresh(order === 'hang' ? { timeoutSeconds: 1 } : {})
    send(order, 'another')
    await tiny.host.idle()
    expect(left()).toBe(2)
    expect(tiny.host.failures).toMatchObject([{ functionName: 'obey', reason, at: tinyStart }])
  })

  it('keeps just the messages that the answer names', async () => {
    fresh()
    send('failSome', 'good', 'bad 1', 'bad 2')
    await tiny.host.idle()
    expect(left()).toBe(2)
    await tiny.host.runUntil(tinyStart + 70_000)
    expect(tiny.saw().slice(1).flat().toSorted()).toEqual(['bad 1', 'bad 2'])
  })

  it('goes on after a thread has died', async () => {
    fresh()
    send('exit')
    await tiny.host.idle()
    send('succeed')
    await tiny.host.idle()
    expect(left()).toBe(1)
  })

  it('waits for the window, then starts with what it has', async () => {
    fresh()
    send('succeed')
    await tiny.host.runUntil(tinyStart + 9_000)
    expect(tiny.saw()).toEqual([])
    send('second')
    await tiny.host.runUntil(tinyStart + 10_000)
    expect(tiny.saw()).toEqual([['succeed', 'second']])
  })

  it('starts before the window ends when the batch is full', async () => {
    fresh()
    const bodies = Array.from({ length: 20 }, (_, index) => `succeed ${index}`)
    send(...bodies)
    await tiny.host.runUntil(tinyStart)
    expect(tiny.saw()).toEqual([bodies])
  })

  it('never hands over more than 6 MB', async () => {
    fresh()
    const body = `succeed ${'"'.repeat(500_000)}`
    send(...Array.from({ length: 14 }, () => body))
    await tiny.host.idle()
    expect(left()).toBe(0)
    const lengths = tiny.saw().map((batch) => (Array.isArray(batch) ? batch.length : 0))
    expect(lengths.toSorted()).toEqual([2, 6, 6])
  })

  it('gives up after the queue’s own number of tries', async () => {
    fresh()
    send('throw')
    await tiny.host.runUntil(tinyStart + 10 * 60_000)
    expect(left()).toBe(0)
    expect(tiny.host.failures.map(({ at }) => at - tinyStart)).toEqual([10_000, 70_000])
    expect(tiny.host.deadLetters()).toEqual(new Map([[obeyDeadLetters, 1]]))
  })

  it('gives back what a crash interrupts, in its time', async () => {
    fresh()
    send('hang')
    const idle = tiny.host.idle()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await tiny.host.crash()
    await idle
    expect(tiny.sqs.counts(obeyQueue)).toMatchObject({ visible: 0, inFlight: 1 })
    tiny.clock.leap(tinyStart + 60_000)
    expect(tiny.sqs.counts(obeyQueue).visible).toBe(1)
  })

  it('has one batch of a FIFO group in flight, and other groups beside it', async () => {
    fresh()
    for (const [groupId, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const) {
      tiny.sqs.send(lineUpQueue, { body: name, groupId, deduplicationId: name })
    }
    const idle = tiny.host.idle()
    expect(tiny.told.get('functions')?.()).toEqual({ running: ['line-up', 'line-up'] })
    await idle
    const lines = tiny.host.lines.map(({ text }) => text)
    expect(lines).toContain('end b1')
    expect(lines.indexOf('end a1')).toBeLessThan(lines.indexOf('begin a2'))
  })

  it('holds a FIFO group back behind its failed message', async () => {
    fresh()
    tiny.sqs.send(lineUpQueue, { body: 'bad', groupId: 'a', deduplicationId: '1' })
    tiny.sqs.send(lineUpQueue, { body: 'next', groupId: 'a', deduplicationId: '2' })
    await tiny.host.idle()
    expect(tiny.host.lines.map(({ text }) => text)).toEqual(['begin bad', 'end bad'])
  })
})
