import type { DuckDBConnection } from '@duckdb/node-api'
import type { MaestroError } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { ExpressionTree } from './expression-tree.js'

/** What is wrong with the parameters of an expression: one without a value, or a value that the expression does not use. */
export async function parameterFault(
  connection: DuckDBConnection,
  expression: string,
  params: Readonly<Record<string, unknown>>,
): Promise<MaestroError | undefined> {
  const given = Object.keys(params)
  if (given.length === 0 && !expression.includes('$')) return undefined
  const used = new Set(parametersIn((await ExpressionTree.parse(connection, expression)).root))
  const unset = [...used].find((name) => !given.includes(name))
  if (unset !== undefined) return fault(expression, `$${unset} has no value in \`params\`.`)
  const unused = given.find((name) => !used.has(name))
  return unused === undefined ? undefined : fault(expression, `it does not use the parameter $${unused}.`)
}

const fault = (expression: string, reason: string) => tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason })

function parametersIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { class: kind, identifier } = value as { readonly class?: unknown; readonly identifier?: unknown }
  return [...(kind === 'PARAMETER' ? [String(identifier)] : []), ...Object.values(value).flatMap(parametersIn)]
}
