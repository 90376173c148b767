import type { ProviderFailure } from './serving-error.js'

type Fields = Readonly<Record<string, unknown>>

/** Properties that hold an answer. A message beside them is a remark, not a failure. */
const answers = ['choices', 'data', 'text', 'embedding', 'embeddings', 'output']
const words = [
  'message',
  'detail',
  'msg',
  'error_msg',
  'errorMessage',
  'error_message',
  'errmsg',
  'err_msg',
  'err',
  'exception',
  'status_msg',
  'faultstring',
  'reason',
  'raw',
]
const places = ['errors', 'base_resp', 'fault', 'metadata', 'header']
/** These count only if nothing else says what failed. */
const lesserWords = ['details', 'description', 'title']
/** Gateways put the reply of the server behind them below these names. */
const wrappers = ['data', 'result', 'response']

/**
 * Finds the failure that a reply reports, in the server's own words, in any of the known forms: `error` as an object, a
 * text, or a list; `detail` as in FastAPI; `object: "error"` as in vLLM; or the error of a provider behind OpenRouter.
 * Returns undefined for a reply that reports no failure.
 *
 * @example
 * failureIn({ error: 'model is loading' }) // { reason: 'model is loading' }
 */
export function failureIn(reply: unknown): Pick<ProviderFailure, 'status' | 'code' | 'reason'> | undefined {
  const [given] = Array.isArray(reply) && reply.length === 1 ? reply : [reply]
  if (!isFields(given)) return undefined
  const whole = inLowerCase(given)
  const { error: inside, ...rest } = whole
  const error = isFields(inside) ? inLowerCase(inside) : inside
  const isFailure = isFilled(error)
  const wrapped = isFailure ? undefined : wrappers.map((name) => whole[name]).find(holdsError)
  if (wrapped !== undefined) return failureIn(wrapped)
  const holder = isFailure ? error : answers.some((name) => whole[name] != null) ? undefined : rest
  const said = [...new Set(wordsOf(holder))].join(': ')
  if (said === '' && !isFailure) return undefined
  const [first] = Array.isArray(holder) ? holder : [holder]
  const fields = [...(isFields(first) ? [first] : []), rest].flatMap(({ code, status, status_code }) => [
    code,
    status,
    status_code,
  ])
  const status = fields.map(Number).find((number) => Number.isInteger(number) && number >= 400 && number < 600)
  const code = [...fields, ...(isFields(first) ? [first.type, first.__type] : [])].filter(
    (part) => typeof part === 'string' && !/^\d+$/.test(part),
  )
  return {
    reason: said === '' ? 'the server gives no reason' : said,
    ...(status === undefined ? {} : { status }),
    ...(code.length === 0 ? {} : { code: [...new Set(code)].join(' ') }),
  }
}

/** The messages, from the general one to the particular one. */
function wordsOf(given: unknown, depth = 0): readonly string[] {
  if (depth > 6) return []
  if (typeof given === 'string') return textsOf(given, depth)
  if (Array.isArray(given)) return given.slice(0, 3).flatMap((item) => wordsOf(item, depth + 1))
  if (!isFields(given)) return []
  const fields = inLowerCase(given)
  const inner = [...words, ...places].filter((name) => fields[name] != null)
  const said = [...inner.flatMap((name) => wordsOf(fields[name], depth + 1)), ...wordsOf(fields.error, depth + 1)]
  const found = said.length > 0 ? said : lesserWords.flatMap((name) => wordsOf(fields[name], depth + 1))
  // FastAPI states beside each fault where it is.
  const { loc } = fields
  return Array.isArray(loc) ? found.map((text) => `${loc.join('.')}: ${text}`) : found
}

const holdsError = (given: unknown): boolean => isFields(given) && isFilled(inLowerCase(given).error)

/** `error: null`, `error: ""`, `error: {}`, and `error: { message: "", code: 0 }` report no failure. */
const isFilled = (error: unknown): boolean =>
  typeof error === 'string' ? error !== '' : typeof error === 'object' && Object.values(error ?? {}).some(says)

const says = (value: unknown): boolean => value != null && value !== '' && value !== 0 && value !== false

/** A text may be the JSON of another server behind this one. */
function textsOf(text: string, depth: number): readonly string[] {
  if (/^\s*[{[]/.test(text)) {
    try {
      const inner = wordsOf(JSON.parse(text), depth + 1)
      if (inner.length > 0) return inner
    } catch {
      // The text only looks like JSON.
    }
  }
  return text.trim() === '' ? [] : [text.trim()]
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Some servers begin the names with capitals: `{"Error": {"Message": ...}}`. */
function inLowerCase(fields: Fields): Fields {
  for (const name in fields) if (isCapital(name.charCodeAt(0))) return renamed(fields)
  return fields
}

const renamed = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  )

/** Of Latin letters, which is how servers name their fields. */
const isCapital = (code: number): boolean => code >= 65 && code <= 90
