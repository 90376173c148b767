import { maestroError } from '../errors/error-table.js'

/** A template in pieces: literal text, and paths to values. */
export type TemplatePiece = string | { readonly path: readonly string[] }

const name = /^[\p{L}\p{N}_$-][\p{L}\p{N}_$ -]*$/u

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
 * Fills a template. A value's own text is never read as a template again. Paths walk own properties of plain data only.
 */
export function renderTemplate(pieces: readonly TemplatePiece[], variables: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : valueText(walk(variables, piece.path))
  return text
}

function walk(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** A value as it reads in a prompt: texts as they are, nothing for null, data as JSON. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') {
    if (value instanceof Date) return value.toISOString()
    return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? part.toString() : part)) ?? ''
  }
  return typeof value === 'function' || typeof value === 'symbol' ? '' : String(value)
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
