import type { DuckDBConnection } from '@duckdb/node-api'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

/** The macros of DuckDB that combine rows, as their own definitions say, with the names of their parameters. */
const macros: Readonly<Record<string, readonly [parameters: readonly string[], definition: string]>> = {
  geomean: [['x'], 'exp(avg(ln(x)))'],
  geometric_mean: [['x'], 'exp(avg(ln(x)))'],
  wavg: [['x', 'w'], 'sum(x * w) / sum(CASE WHEN x IS NOT NULL THEN w ELSE 0 END)'],
  weighted_avg: [['x', 'w'], 'sum(x * w) / sum(CASE WHEN x IS NOT NULL THEN w ELSE 0 END)'],
  json_group_array: [['x'], 'to_json(list(x))'],
  json_group_structure: [['x'], "json_structure(to_json(list(x))) -> '$[0]'"],
  json_group_object: [
    ['x', 'y'],
    "CAST('{' || string_agg(to_json(CAST(x AS VARCHAR)) || ':' || coalesce(to_json(y), 'null'), ',') || '}' AS JSON)",
  ],
}

const isUsed = new RegExp(`\\b(${Object.keys(macros).join('|')})\\b`, 'i')

/**
 * An expression in which the macros that combine rows are replaced by the aggregates that they consist of. An order of the
 * rows can be added only to aggregates.
 */
export async function withoutMacros(connection: DuckDBConnection, expression: string): Promise<string> {
  if (!isUsed.test(expression)) return expression
  const definitions = new Map<string, ExpressionNode>()
  for (const [name, [, definition]] of Object.entries(macros))
    definitions.set(name, (await ExpressionTree.parse(connection, definition)).root)
  const tree = await ExpressionTree.parse(connection, expression)
  tree.root = replaced(tree.root, definitions) as ExpressionNode
  return tree.sql()
}

function replaced(part: unknown, definitions: ReadonlyMap<string, ExpressionNode>): unknown {
  const inner = mapMembers(part, (member) => replaced(member, definitions))
  const { class: kind, function_name = '', children } = (inner ?? {}) as ExpressionNode
  const name = function_name.toLowerCase()
  const definition = definitions.get(name)
  if (kind !== 'FUNCTION' || definition === undefined || !Array.isArray(children)) return inner
  const [parameters = []] = macros[name] ?? []
  return withArguments(definition, new Map(parameters.map((parameter, at) => [parameter, children[at]])))
}

/** A definition with the arguments of a call in place of its parameters. */
function withArguments(part: unknown, given: ReadonlyMap<string, unknown>): unknown {
  const { class: kind, column_names = [] } = (part ?? {}) as ExpressionNode
  const [name] = kind === 'COLUMN_REF' ? (column_names as readonly string[]) : []
  return name === undefined ? mapMembers(part, (member) => withArguments(member, given)) : given.get(name)
}

/** A part of a tree with its members changed. */
function mapMembers(part: unknown, change: (member: unknown) => unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(change)
  return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, change(member)]))
}
