import type { JsonSchema } from '../../contracts/schema.js'
import { wholeJson } from './json-values.js'

/** The arguments of a call, as texts. */
type Arguments = ReadonlyMap<string, string>

/**
 * The data in calls of tools that a text contains as markup or as code. A model writes such a call in the form that it
 * has learnt, even if no tool was offered. Texts have no types, so they are taken from the schema.
 *
 * @example
 * calledData('<function=answer><parameter=tone>bad</parameter></function>', schema) // [{ tone: 'bad' }]
 */
export function calledData(text: string, schema: JsonSchema): readonly Readonly<Record<string, unknown>>[] {
  return [...callsInMarkup(text), ...callsInCode(text)].map((call) =>
    Object.fromEntries(Array.from(call, ([name, value]) => [name, typed(value, propertyOf(schema, name))])),
  )
}

const tag =
  /<(?<slash>\/?)(?:\w{1,32}:|[|｜]DSML[|｜])?(?<kind>function|invoke|tool_call|parameter|arg_key|arg_value)\b(?<rest>[^<>]{0,200})>/g
const ofArguments: ReadonlySet<string> = new Set(['parameter', 'arg_key', 'arg_value'])

/**
 * Qwen and Seed write `<function=answer><parameter=tone>bad</parameter></function>`, MiniMax, Anthropic, and
 * DeepSeek `<invoke name="answer"><parameter name="tone">bad</parameter></invoke>`, and GLM
 * `<tool_call>answer<arg_key>tone</arg_key><arg_value>bad</arg_value></tool_call>`.
 */
function callsInMarkup(text: string): readonly Arguments[] {
  const calls: Arguments[] = []
  let call = new Map<string, string>()
  let key = ''
  let open: { readonly kind: string; readonly from: number } | undefined
  const end = () => {
    if (call.size > 0) calls.push(call)
    call = new Map()
  }
  for (const { 0: all, index, groups = {} } of text.matchAll(tag)) {
    const { slash, kind = '', rest = '' } = groups
    const isClosing = slash === '/'
    if (open !== undefined) {
      // A value may contain tags.
      if (!isClosing || kind !== open.kind) continue
      const value = text.slice(open.from, index)
      if (kind === 'arg_key') key = value.trim()
      else call.set(key, withoutFrame(value))
      open = undefined
    } else if (!ofArguments.has(kind)) end()
    else if (!isClosing) {
      if (kind === 'parameter') key = /^(?:=|\s+name=)["']?([^"']*)/.exec(rest)?.[1]?.trim() ?? ''
      open = { kind, from: index + all.length }
    }
  }
  end()
  return calls
}

/** Qwen puts each value on a line of its own. */
const withoutFrame = (value: string): string => value.replace(/^\r?\n/, '').replace(/\r?\n$/, '')

const codeCall = /\b[a-z_]\w{0,63}\((\s{0,9}\w{1,64}\s?=[^()]{1,4000})\)/gi
const codeArgument = /(\w{1,64})\s?=\s?(?:"([^"]*)"|'([^']*)'|([^\s,()"']{1,200}))/g

/** Llama, Gemma, and LFM write `[answer(tone="bad")]`. */
function callsInCode(text: string): readonly Arguments[] {
  return Array.from(text.matchAll(codeCall), ([, inside = '']) => {
    const entries = Array.from(
      inside.matchAll(codeArgument),
      ([, name = '', double, single, bare]) => [name, double ?? single ?? bare ?? ''] as const,
    )
    return new Map(entries)
  })
}

function propertyOf({ properties }: JsonSchema, name: string): unknown {
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, name)) return undefined
  return (properties as Readonly<Record<string, unknown>>)[name]
}

const constants: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }

function typed(value: string, schema: unknown): unknown {
  if (takesText(schema)) return value
  const trimmed = value.trim()
  const data = wholeJson(constants[trimmed] ?? trimmed)
  return data === undefined ? value : data
}

/** Whether the schema of a value takes texts and nothing else. */
function takesText(schema: unknown): boolean {
  const { type, enum: values, const: constant } = (schema ?? {}) as { type?: unknown; enum?: unknown; const?: unknown }
  if (type !== undefined) return type === 'string'
  const known = Array.isArray(values) ? values : constant === undefined ? [] : [constant]
  return known.length > 0 && known.every((one) => typeof one === 'string')
}
