import { maestroError } from '../errors/error-table.js'

/** A template in pieces: literal text, and paths to values. */
export type TemplatePiece = string | { readonly path: readonly string[] }

// \p{M}: in many scripts a vowel or tone is a mark that follows its letter.
const name = /^[\p{L}\p{N}_$-][\p{L}\p{M}\p{N}_$ -]*$/u

/**
 * Cuts a template at its `{{name}}` and `{{name.field}}` variables. Single braces are literal, `\{{` is a literal `{{`.
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
    if (close === -1) throw fail('a {{ is not closed by }}')
    literal += template.slice(position, open)
    const path = template
      .slice(open + 2, close)
      .split('.')
      .map((part) => part.trim())
    if (!path.every((part) => name.test(part))) throw fail(`"{{${template.slice(open + 2, close)}}}" is no variable`)
    if (literal !== '') pieces.push(literal)
    literal = ''
    pieces.push({ path })
    position = close + 2
  }
  literal += template.slice(position)
  if (literal !== '') pieces.push(literal)
  return pieces
}

/** The names that a template needs, each once, in order. */
export function templateVariables(pieces: readonly TemplatePiece[]): readonly string[] {
  return [...new Set(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.path.slice(0, 1))))]
}

/**
 * Fills a template in one pass: a value's own text is never read as a template again. Paths walk own properties of
 * plain data only.
 *
 * Texts stand as they are, numbers and truth values as JavaScript writes them, dates as ISO 8601, lists and objects as
 * JSON. `null` stands for nothing known and reads as an empty text. What is missing, or no data, is an error: a prompt
 * never holds "undefined" or "[object Object]".
 *
 * @throws MAESTRO_PROMPT_VARIABLE_MISSING naming every path that leads nowhere, MAESTRO_PROMPT_VALUE
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

/** A template's text with `<name>` in place of each value. */
export function templateTask(pieces: readonly TemplatePiece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : `<${piece.path.join('.')}>`)).join('')
}

/** The texts of a template's values, by the names that `templateTask` gives them. */
export function templateValues(
  pieces: readonly TemplatePiece[],
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const paths = pieces.filter((piece) => typeof piece !== 'string')
  return Object.fromEntries(paths.map((piece) => [piece.path.join('.'), renderTemplate([piece], variables)]))
}

/** A text as a template that writes just that text. */
export function literalTemplate(text: string): string {
  return text.replaceAll('{{', '\\{{')
}

/** What a path leads to; undefined when it leads nowhere. A null on the way is null at the end. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const key of path) {
    if (value === null) return null
    if (!isPlain(value)) return undefined
    // The descriptor: an accessor is code, and is not run.
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
  if (ArrayBuffer.isView(value)) throw fail('it holds bytes or a vector')
  const hasForm = isPlain(value) || typeof (value as { toJSON?: unknown }).toJSON === 'function'
  if (!hasForm) throw fail(`it is a ${value.constructor.name}`)
  let json: string | undefined
  try {
    json = JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? part.toString() : part))
  } catch (error) {
    throw fail((error as Error).message.split('\n', 1)[0] ?? '', error)
  }
  // A date that is none says null.
  if (json === undefined || json === 'null') throw fail('it has no form as JSON')
  return value instanceof Date ? value.toISOString() : json
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
