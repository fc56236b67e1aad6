import type * as z from 'zod'
import { UnexpectedAnswer } from './failures.ts'
import type { Answer, Call, Send } from './send.ts'

/** Sends a request whose answer is JSON, and gives the answer, parsed. */
export type Ask = <Content>(schema: z.ZodType<Content>, call: Call) => Promise<Content>

const jsonOf = ({ bytes }: Answer, what: string): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new UnexpectedAnswer(`${what}: the answer is no JSON`, { cause })
  }
}

export const makeAsk =
  (send: Send): Ask =>
  async (schema, call) => {
    const what = `${call.method} ${call.path}`
    const parsed = schema.safeParse(jsonOf(await send(call), what))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const field = issue?.path.map(String).join('.') || '(whole)'
    throw new UnexpectedAnswer(
      `${what}: the answer's ${field} is not what this client knows: ${issue?.message}`,
      { cause: parsed.error },
    )
  }

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null }

/** The items of all pages, each page fetched when it is needed. */
export async function* allPages<Item>(
  read: (next: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, undefined> {
  for (let next: string | undefined; ; ) {
    const page: Page<Item> = await read(next)
    yield* page.items
    if (page.next === null) return
    next = page.next
  }
}
