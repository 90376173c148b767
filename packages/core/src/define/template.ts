import { maestroError } from '../errors/error-table.js'

/** A parsed template: literal text and paths to values. */
export type TemplatePiece = string | { readonly path: readonly string[] }

// \p{M}: in many scripts, a vowel or a tone is a mark after its letter.
const name = /^[\p{L}\p{N}_$-][\p{L}\p{M}\p{N}_$ -]*$/u

/**
 * Splits a template at its `{{name}}` and `{{name.field}}` variables. Single braces are literal, `\{{` is a literal
 * `{{`.
 *
 * @throws MAESTRO_PROMPT_TEMPLATE
 */
export function parseTemplate(template: string): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = []
  const fail = (reason: string) => maestroError('MAESTRO_PROMPT_TEMPLATE', { template: excerpt(template), reason })
  let literal = ''
  let position = 0
  while (position < template.length) {
    const open = template.indexOf('{{', position)
    if (open === -1) break
    if (template[open - 1] === '\\') {
      literal += `${template.slice(position, open - 1)}{{`
      position = open + 2
      continue
    }
    const close = template.indexOf('}}', open)
    if (close === -1) throw fail('a {{ has no closing }}')
    literal += template.slice(position, open)
    const path = template
      .slice(open + 2, close)
      .split('.')
      .map((part) => part.trim())
    if (!path.every((part) => name.test(part))) throw fail(`"{{${template.slice(open + 2, close)}}}" is not a variable`)
    if (literal !== '') pieces.push(literal)
    literal = ''
    pieces.push({ path })
    position = close + 2
  }
  literal += template.slice(position)
  if (literal !== '') pieces.push(literal)
  return pieces
}

/** The distinct names of a template's variables, in order. */
export function templateVariables(pieces: readonly TemplatePiece[]): readonly string[] {
  return [...new Set(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.path.slice(0, 1))))]
}

/**
 * Fills a template in one pass: the text of a value is never parsed as a template. Paths follow only own properties of
 * plain data.
 *
 * Texts are inserted unchanged, numbers and booleans in their JavaScript form, dates as ISO 8601, and lists and objects
 * as JSON. `null` becomes an empty text. A missing value, or one that is not data, is an error, so that a prompt never
 * contains "undefined" or "[object Object]".
 *
 * @throws MAESTRO_PROMPT_VARIABLE_MISSING with the names of all paths without a value, MAESTRO_PROMPT_VALUE
 */
export function renderTemplate(pieces: readonly TemplatePiece[], variables: Readonly<Record<string, unknown>>): string {
  const values = pieces.map((piece) => (typeof piece === 'string' ? piece : valueAt(variables, piece.path)))
  const missing = pieces.flatMap((piece, index) =>
    typeof piece !== 'string' && values[index] === undefined ? [piece.path.join('.')] : [],
  )
  if (missing.length > 0)
    throw maestroError('MAESTRO_PROMPT_VARIABLE_MISSING', {
      missing: [...new Set(missing)],
      given: Object.keys(variables),
    })
  return pieces
    .map((piece, index) => (typeof piece === 'string' ? piece : valueText(values[index], piece.path.join('.'))))
    .join('')
}

/** The text of a template with `<name>` in place of each value. */
export function templateTask(pieces: readonly TemplatePiece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : `<${piece.path.join('.')}>`)).join('')
}

/** The texts of a template's values, by the names that `templateTask` uses. */
export function templateValues(
  pieces: readonly TemplatePiece[],
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const paths = pieces.filter((piece) => typeof piece !== 'string')
  return Object.fromEntries(paths.map((piece) => [piece.path.join('.'), renderTemplate([piece], variables)]))
}

/** Escapes a text so that a template produces exactly that text. */
export function literalTemplate(text: string): string {
  return text.replaceAll('{{', '\\{{')
}

/** The value of a path; undefined if there is none. If a value on the path is null, the result is null. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const key of path) {
    if (value === null) return null
    if (!isPlain(value)) return undefined
    // Read the descriptor, because an accessor is code that must not run.
    value = Object.getOwnPropertyDescriptor(value, key)?.value
  }
  return value
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> | readonly unknown[] {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function valueText(value: unknown, name: string): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? '' : objectText(value, name)
    default:
      throw maestroError('MAESTRO_PROMPT_VALUE', { name, reason: `it is a ${typeof value}` })
  }
}

function objectText(value: object, name: string): string {
  const fail = (reason: string, cause?: unknown) => maestroError('MAESTRO_PROMPT_VALUE', { name, reason }, cause)
  if (ArrayBuffer.isView(value)) throw fail('it contains bytes or a vector')
  const hasForm = isPlain(value) || typeof (value as { toJSON?: unknown }).toJSON === 'function'
  if (!hasForm) throw fail(`it is a ${value.constructor.name}`)
  let json: string | undefined
  try {
    json = JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? part.toString() : part))
  } catch (error) {
    throw fail((error as Error).message.split('\n', 1)[0] ?? '', error)
  }
  // An invalid date becomes null.
  if (json === undefined || json === 'null') throw fail('it cannot be represented as JSON')
  return value instanceof Date ? value.toISOString() : json
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
