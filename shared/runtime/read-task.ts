import type * as z from 'zod'

/** A message that is no task of its queue. It may hold anything, a record sent to the wrong queue too, so none of it is told. */
export class MalformedTask extends Error {
  override readonly name = 'MalformedTask'
}

const parseJson = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    // the error's message would repeat the text
    return undefined
  }
}

/** What was expected and where; never what came. */
const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(describeIssue)
  const wrong = issue.code === 'unrecognized_keys' ? 'members that are not known' : issue.message
  return [`${issue.path.map(String).join('.') || 'message'}: ${wrong}`]
}

/** The task in the body of a message, or a MalformedTask. */
export const readTask = <Task>(schema: z.ZodType<Task>, body: string): Task => {
  const json = parseJson(body)
  if (json === undefined) throw new MalformedTask('message: expected a JSON document')
  const task = schema.safeParse(json.value)
  if (task.success) return task.data
  throw new MalformedTask(task.error.issues.flatMap(describeIssue).join('; '))
}
