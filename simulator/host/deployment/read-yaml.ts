import { readFileSync } from 'node:fs'
import { type CollectionTag, isSeq, parseDocument, type ScalarTag } from 'yaml'
import * as z from 'zod'
import { type JsonValue, parseAs } from './json.ts'

/** The short form of each CloudFormation function that is known here; any other tag is an error. */
const scalarTag = (tag: string, toValue: (text: string) => JsonValue): ScalarTag => ({
  tag,
  resolve: toValue,
})

const sequenceTag = (tag: string, name: string): CollectionTag => ({
  tag,
  collection: 'seq',
  // a collection tag may give any value; the library wraps what is not a node
  resolve: (node, onError) => {
    if (!isSeq(node)) onError(`${tag} takes a list here`)
    return { [name]: node.toJSON() }
  },
})

const splitAtFirstDot = (text: string): JsonValue => {
  const dot = text.indexOf('.')
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)]
}

const cloudFormationTags = [
  scalarTag('!Ref', (text) => ({ Ref: text })),
  scalarTag('!Sub', (text) => ({ 'Fn::Sub': text })),
  scalarTag('!GetAtt', (text) => ({ 'Fn::GetAtt': splitAtFirstDot(text) })),
  sequenceTag('!Sub', 'Fn::Sub'),
  sequenceTag('!GetAtt', 'Fn::GetAtt'),
  sequenceTag('!Join', 'Fn::Join'),
]

/** A YAML file with CloudFormation's tags in their long form. A warning of the parser is an error too. */
export const readYaml = (path: string): JsonValue => {
  const document = parseDocument(readFileSync(path, 'utf8'), { customTags: cloudFormationTags })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw new Error(`${path}: ${problem.message}`, { cause: problem })
  return parseAs<JsonValue>(z.json(), document.toJS(), path)
}
