import { accountId, region } from '../../account.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** What `Ref` and `Fn::GetAtt` give for one resource. */
export type ResourceValues = {
  readonly ref: string
  readonly attributes: Readonly<Record<string, string>>
}

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': accountId,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** Resolves CloudFormation's Ref, Fn::GetAtt, Fn::Sub and Fn::Join; any other function, or an unknown name, is an error. */
export const makeIntrinsicResolver = (values: ReadonlyMap<string, ResourceValues>) => {
  const ref = (name: string, place: string): string => {
    const value = pseudoParameters[name] ?? values.get(name)?.ref
    if (value === undefined) throw new Error(`${place}: nothing is known of a resource ${name}`)
    return value
  }

  const getAtt = (name: string, attribute: string, place: string): string => {
    const value = values.get(name)?.attributes[attribute]
    if (value === undefined) throw new Error(`${place}: nothing is known of ${name}.${attribute}`)
    return value
  }

  const nameOrAttribute = (name: string, place: string) => {
    const dot = name.indexOf('.')
    return dot < 0 ? ref(name, place) : getAtt(name.slice(0, dot), name.slice(dot + 1), place)
  }

  const sub = (argument: JsonValue, place: string): string => {
    const [template, own = {}] = Array.isArray(argument) ? argument : [argument]
    if (typeof template !== 'string' || !isJsonObject(own)) throw new Error(`${place}: Fn::Sub takes a text`)
    return template.replaceAll(/\$\{(!?)([^{}]+)\}/g, (_found, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`
      return Object.hasOwn(own, name) ? String(resolve(own[name] ?? '', place)) : nameOrAttribute(name, place)
    })
  }

  const join = (argument: JsonValue, place: string): string => {
    const [separator, parts] = Array.isArray(argument) ? argument : []
    if (typeof separator !== 'string' || !Array.isArray(parts)) {
      throw new Error(`${place}: Fn::Join takes a separator and a list`)
    }
    return parts.map((part) => String(resolve(part, place))).join(separator)
  }

  const call = (name: string, argument: JsonValue, place: string): JsonValue => {
    if (name === 'Ref' && typeof argument === 'string') return ref(argument, place)
    if (name === 'Fn::Sub') return sub(argument, place)
    if (name === 'Fn::Join') return join(argument, place)
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
      return getAtt(String(argument[0]), String(argument[1]), place)
    }
    throw new Error(`${place}: ${name} of ${JSON.stringify(argument)} is not known here`)
  }

  const resolve = (value: JsonValue, place: string): JsonValue => {
    if (Array.isArray(value)) return value.map((member, index) => resolve(member, `${place}.${index}`))
    if (!isJsonObject(value)) return value
    const functionCall = asCall(value)
    if (functionCall !== undefined) return call(functionCall.name, functionCall.argument, place)
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, resolve(member, `${place}.${key}`)]),
    )
  }

  return resolve
}

const asCall = (value: JsonObject) => {
  const [entry, another] = Object.entries(value)
  if (entry === undefined || another !== undefined) return undefined
  const [name, argument] = entry
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined
}
