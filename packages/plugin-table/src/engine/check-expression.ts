import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSet, MaestroError } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { firstRow } from './connect.js'
import { literal } from './sql-text.js'

/** A node of the parser's tree, as `json_serialize_sql` returns it. */
interface SyntaxNode {
  readonly class?: string
  readonly type?: string
  readonly function_name?: string
  readonly column_names?: readonly string[]
  readonly lhs?: SyntaxNode
  readonly expr?: SyntaxNode
}

interface SyntaxTree {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: readonly {
    readonly node: {
      readonly type: string
      readonly select_list?: readonly SyntaxNode[]
      readonly from_table?: { readonly type: string }
      readonly where_clause?: unknown
    }
  }[]
}

/** Constructs that cannot occur in an expression over one row or group. */
const forbidden: Readonly<Record<string, string>> = {
  SUBQUERY: 'a subquery is not possible',
  WINDOW: 'a window function is not possible',
  STAR: '* is not possible here',
  POSITIONAL_REFERENCE: 'columns are named, not numbered',
}

/** Constructs that cannot occur where window functions can. */
const otherwise: Readonly<Record<string, string>> = (({ WINDOW: _, ...others }) => others)(forbidden)

/** What the names of the engine's own columns begin with. */
const ownPrefix = '#maestro.'

/** Functions that read state outside the row. */
const outside = new Set(['current_setting', 'getvariable', 'nextval', 'currval', 'current_database', 'current_schema'])

/** Functions that look at some of the rows only, which differ from run to run, with the functions to use instead. */
const guessing: Readonly<Record<string, string>> = { reservoir_quantile: 'quantile_cont or quantile_disc' }

/**
 * Checks with DuckDB's own parser that a text is one SQL expression over columns, and finds the columns that it reads.
 *
 * @param options Whether window functions are possible. @returns the names of the columns as the plan spells them, or
 *   the fault
 */
export async function checkExpression(
  connection: DuckDBConnection,
  expression: string,
  columns: ColumnSet,
  { windows = false }: { readonly windows?: boolean } = {},
): Promise<{ readonly reads: readonly string[] } | { readonly fault: MaestroError }> {
  const fault = (reason: string) => ({
    fault: tableError('MAESTRO_TABLE_EXPRESSION', { expression: shown(expression), reason: `${reason}.` }),
  })
  const long = tooLong(expression)
  if (long !== undefined)
    return { fault: tableError('MAESTRO_TABLE_EXPRESSION', { expression: shown(expression), reason: long }) }
  const [json] = await firstRow(connection, `SELECT json_serialize_sql(${literal(asQuery(expression))}::VARCHAR)`)
  const tree = JSON.parse(String(json)) as SyntaxTree
  if (tree.error)
    return fault(await syntaxFault(connection, tree.error_message ?? 'it is not SQL', expression, columns))
  const [statement, ...others] = tree.statements ?? []
  const [selected, ...more] = statement?.node.select_list ?? []
  if (
    statement === undefined ||
    selected === undefined ||
    others.length > 0 ||
    more.length > 0 ||
    statement.node.type !== 'SELECT_NODE' ||
    statement.node.from_table?.type !== 'EMPTY' ||
    statement.node.where_clause != null
  )
    return fault('it is more than one expression')
  const reads = new Set<string>()
  const reason = walk(selected, windows ? otherwise : forbidden, new Set(), (name) =>
    reads.add(resolveName(name, columns)),
  )
  if (reason !== undefined) return fault(reason)
  const names = [...reads]
  const own = names.find((name) => name.toLowerCase().startsWith(ownPrefix))
  if (own !== undefined) return fault(`"${own}" is like a name of the engine: rename the column in a step before`)
  const twin = names.find((name) => names.some((other) => other !== name && other.toLowerCase() === name.toLowerCase()))
  return twin === undefined
    ? { reads: names }
    : fault(
        `SQL knows no difference between columns such as "${twin}" and "${names.find((name) => name !== twin && name.toLowerCase() === twin.toLowerCase())}": rename one of them in a step before`,
      )
}

/** The parser takes time that grows with the square of these numbers. */
const [longest, mostComments] = [100_000, 100]

function tooLong(expression: string): string | undefined {
  if (expression.length > longest) return `it is longer than ${longest} characters.`
  return expression.split('/*').length > mostComments ? `it has more than ${mostComments} comments.` : undefined
}

const shown = (expression: string) => (expression.length > 200 ? `${expression.slice(0, 200)}...` : expression)

/** A syntax error is usually caused by a column whose name is an SQL keyword. */
async function syntaxFault(
  connection: DuckDBConnection,
  message: string,
  expression: string,
  { columns }: ColumnSet,
): Promise<string> {
  const result = await connection.runAndReadAll(
    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'",
  )
  const keywords = new Set(result.getRows().map(([keyword]) => String(keyword)))
  // Quoted texts and names are not keywords.
  const words = new Set(
    expression
      .replace(/'[^']*'|"[^"]*"/g, ' ')
      .toLowerCase()
      .match(/\w+/g),
  )
  const near = /at or near "([^"]+)"/.exec(message)?.[1]?.toLowerCase()
  const named = Object.keys(columns).filter((name) => words.has(name.toLowerCase()))
  const column =
    named.find((name) => name.toLowerCase() === near) ?? named.find((name) => keywords.has(name.toLowerCase()))
  if (column !== undefined)
    return `${message}; "${column}" is a word of SQL: a column of that name is written in double quotes, "${column}"`
  return `${message}; a column whose name is a word of SQL, or no plain word, is written in double quotes`
}

/** The expression in the query in which it is checked and used. The line end closes a comment. */
export function asQuery(expression: string): string {
  return `SELECT (${expression}\n)`
}

/** @returns the reason why the tree is not an expression over columns, or undefined */
function walk(
  value: unknown,
  refused: Readonly<Record<string, string>>,
  bound: ReadonlySet<string>,
  read: (name: string) => void,
): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const node = value as SyntaxNode
  const reason = refused[node.class ?? '']
  if (reason !== undefined) return reason
  if (node.function_name !== undefined && outside.has(node.function_name.toLowerCase()))
    return `the function ${node.function_name} is not possible`
  const exact = guessing[node.function_name?.toLowerCase() ?? '']
  if (exact !== undefined)
    return `${node.function_name} looks at some of the rows only: use ${exact}, which take all of them`
  if (node.class === 'COLUMN_REF') {
    const [name = '', field] = node.column_names ?? []
    if (bound.has(name)) return undefined
    if (field !== undefined) return `fields are read by ->>, such as ${name}->>'$.${field}'`
    read(name)
    return undefined
  }
  const inside = node.class === 'LAMBDA' ? new Set([...bound, ...parameterNames(node.lhs)]) : bound
  for (const child of Object.values(value)) {
    const found = walk(child, refused, inside, read)
    if (found !== undefined) return found
  }
  return undefined
}

function parameterNames(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  const { column_names: names = [] } = node as SyntaxNode
  return [...names, ...Object.values(node).flatMap(parameterNames)]
}

/** SQL names ignore case; column names do not. */
function resolveName(name: string, columns: ColumnSet): string {
  const known = Object.keys(columns.columns)
  if (known.includes(name)) return name
  const [only, ...others] = known.filter((column) => column.toLowerCase() === name.toLowerCase())
  return only !== undefined && others.length === 0 ? only : name
}
