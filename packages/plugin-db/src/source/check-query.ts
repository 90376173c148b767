import type { Lexis, Syntax } from '../dialects/dialect.js'
import { dbError } from '../errors.js'
import type { Binding } from '../values/encode.js'

/** The text of a query, in pieces: quoted parts and comments, words, and the rest. */
const pieces =
  /(?<comment>--[^\n]*|#[^\n]*|\/\*)|(?<quoted>'|"|`|\[|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<param>(?<![:\w]):[A-Za-z_]\w*)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<end>;)/g

interface Piece {
  readonly kind: 'comment' | 'quoted' | 'param' | 'word' | 'end'
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A query with its parameters in the driver's notation. */
export interface PreparedQuery {
  readonly sql: string
  /** The names of the parameters in the order of their positions. */
  readonly names: readonly string[]
}

const beginnings = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE'])

/**
 * Refuses a statement that is not a read, before the database sees it (which also runs it in a read-only transaction),
 * and replaces the parameters.
 *
 * @throws MAESTRO_DB_QUERY, MAESTRO_DB_PARAMETERS
 */
export function prepareQuery(
  sql: string,
  given: Readonly<Record<string, unknown>>,
  syntax: Pick<Syntax, 'lexis' | 'placeholder'>,
): PreparedQuery {
  const { lexis, placeholder } = syntax
  const all = split(sql, lexis)
  const refuse = (reason: string) => dbError('MAESTRO_DB_QUERY', { reason })
  if (all.some(({ kind, text }) => kind === 'comment' && /^\/\*M?!/.test(text)))
    throw refuse('it has a comment that the database would run (/*! ... */)')
  const words = all.filter(({ kind }) => kind === 'word').map(({ text }) => text.toUpperCase())
  const [first = 'nothing'] = words
  if (!beginnings.has(first)) throw refuse(`it begins with ${first}`)
  const end = all.find(({ kind }) => kind === 'end')
  const after = end === undefined ? '' : sql.slice(end.end)
  if (/[^\s;]/.test(withoutComments(after, lexis))) throw refuse('it contains several statements')
  if (words.includes('INTO')) throw refuse('it writes (INTO)')
  const parameters = all.filter(({ kind }) => kind === 'param')
  const named = new Set(parameters.map(({ text }) => text.slice(1)))
  const missing = [...named].filter((name) => !Object.hasOwn(given, name))
  const unused = Object.keys(given).filter((name) => !named.has(name))
  if (missing.length > 0 || unused.length > 0) throw dbError('MAESTRO_DB_PARAMETERS', { missing, unused })
  const names: string[] = []
  let text = ''
  let at = 0
  const stop = end?.start ?? sql.length
  for (const parameter of parameters) {
    if (parameter.start > stop) break
    text += `${sql.slice(at, parameter.start)}${placeholder(names.push(parameter.text.slice(1)))}`
    at = parameter.end
  }
  // A line comment at the end must not swallow the text that is added after the query.
  return { sql: `${text}${sql.slice(at, stop)}\n`, names }
}

function withoutComments(sql: string, lexis: Lexis): string {
  let text = ''
  let at = 0
  for (const piece of split(sql, lexis)) {
    if (piece.kind !== 'comment') continue
    text += sql.slice(at, piece.start)
    at = piece.end
  }
  return text + sql.slice(at)
}

/** Splits a query; a quoted part is one piece, whatever it contains. */
function split(sql: string, lexis: Lexis): readonly Piece[] {
  const found: Piece[] = []
  const search = new RegExp(pieces)
  for (let match = search.exec(sql); match !== null; match = search.exec(sql)) {
    const { groups = {}, index: start } = match
    const text = match[0]
    if (groups.comment !== undefined) {
      if (!isComment(sql, start, text, lexis)) {
        search.lastIndex = start + 1
        continue
      }
      const end = text === '/*' ? endOfComment(sql, start, lexis) : search.lastIndex
      found.push({ kind: 'comment', text: sql.slice(start, end), start, end })
      search.lastIndex = end
    } else if (groups.quoted !== undefined) {
      const end = endOfQuoted(sql, start, text, lexis)
      if (end === undefined) continue
      found.push({ kind: 'quoted', text: sql.slice(start, end), start, end })
      search.lastIndex = end
    } else {
      const kind = groups.param !== undefined ? 'param' : groups.word !== undefined ? 'word' : 'end'
      found.push({ kind, text, start, end: search.lastIndex })
    }
  }
  return found
}

/** In other dialects, # is an operator. */
function isComment(sql: string, start: number, text: string, { hashComments, dashesNeedSpace }: Lexis): boolean {
  if (text.startsWith('#')) return hashComments
  return !text.startsWith('--') || !dashesNeedSpace || /^--(\s|$)/.test(sql.slice(start, start + 3))
}

function endOfComment(sql: string, start: number, { nestedComments }: Lexis): number {
  if (!nestedComments) {
    const end = sql.indexOf('*/', start + 2)
    return end === -1 ? sql.length : end + 2
  }
  let depth = 0
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

/** Where a quoted text or name ends; undefined if the mark begins none. */
function endOfQuoted(sql: string, start: number, mark: string, lexis: Lexis): number | undefined {
  const { dollarQuotes, bracketQuotes, backslashes } = lexis
  if (mark.startsWith('$')) {
    if (!dollarQuotes) return undefined
    const end = sql.indexOf(mark, start + mark.length)
    return end === -1 ? sql.length : end + mark.length
  }
  if (mark === '[') {
    if (!bracketQuotes) return undefined
    const end = sql.indexOf(']', start)
    return end === -1 ? sql.length : end + 1
  }
  const escapes =
    mark !== '`' &&
    (backslashes === 'always' ||
      (backslashes === 'after E' && mark === "'" && /(^|[^\w$])[eE]$/.test(sql.slice(Math.max(0, start - 2), start))))
  for (let at = start + 1; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at++
    else if (sql[at] === mark) {
      if (sql[at + 1] !== mark) return at + 1
      at++
    }
  }
  return sql.length
}

/** Parameters in the forms of the drivers. */
export function bindParameters(
  { names }: PreparedQuery,
  given: Readonly<Record<string, unknown>>,
  encode: (value: unknown) => Binding,
): readonly Binding[] {
  return names.map((name) => {
    const value = given[name]
    return value === null || value === undefined ? null : encode(value)
  })
}
