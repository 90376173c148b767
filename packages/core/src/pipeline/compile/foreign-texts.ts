import type { RowCondition } from '../../contracts/pipeline-definition.js'
import type { ColumnSet, ForeignText } from '../../contracts/row.js'
import type { TableStatement } from '../../contracts/table-engine.js'
import type { Faults } from './compile-context.js'

/** What an expression does that depends on the order of values, and on which of them are equal. */
const ordering = /[<>]|\b(between|min|max|least|greatest|arg_min|arg_max|median|quantile\w*|rank|order\s+by)\b/i
const equating = /=|\b(in|distinct|mode|partition\s+by)\b/i

/** What a step does with the rows, as far as it is data. */
interface ComparingStep {
  readonly id: string
  readonly where?: RowCondition | undefined
  readonly statements?: readonly TableStatement[] | undefined
}

/** Warns of a step that compares texts whose type, in the system that they come from, compares them otherwise. */
export function warnOfForeignTexts(
  { id, where, statements = [] }: ComparingStep,
  { foreignTexts = {} }: ColumnSet,
  faults: Faults,
): void {
  for (const [column, text] of Object.entries(foreignTexts)) {
    if (!isCompared(column, text, statements) && !isBounded(column, where)) continue
    faults.warn(
      `It compares the column "${column}" by its text, but its type where it comes from is ${text.type}, which compares otherwise. Compare it there in a query, or convert it there to a number, a date, or a text that sorts in the same way.`,
      id,
    )
  }
}

function isCompared(column: string, { isAmbiguous = false }: ForeignText, all: readonly TableStatement[]): boolean {
  const groups = (by: readonly string[] = []) => isAmbiguous && by.includes(column)
  const sorts = (keys: readonly { readonly column: string }[]) => keys.some((key) => key.column === column)
  const computes = (expression: string) => {
    if (!mentions(expression, column)) return false
    const known = expression.replaceAll('<>', '!=')
    return ordering.test(known) || (isAmbiguous && equating.test(known))
  }
  return all.some((statement) => {
    switch (statement.kind) {
      case 'sort':
        return sorts(statement.by)
      case 'filter':
        return computes(statement.where)
      case 'sample':
      case 'dedupe':
        return groups(statement.by)
      case 'aggregate':
        return groups(statement.by) || Object.values(statement.values).some(computes)
      case 'window':
        return groups(statement.by) || sorts(statement.orderBy) || Object.values(statement.values).some(computes)
      default:
        return false
    }
  })
}

/** Whether a condition of a step has a bound for a column. */
function isBounded(column: string, where: RowCondition | undefined): boolean {
  if (typeof where !== 'object' || !Object.hasOwn(where, column)) return false
  const wanted = where[column]
  return typeof wanted === 'object' && wanted !== null && ('min' in wanted || 'max' in wanted)
}

/** Whether an expression names a column. A text that looks like the name is taken for it. */
function mentions(expression: string, column: string): boolean {
  const [text, name] = [expression.toLowerCase(), column.toLowerCase()]
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1))
    if (!/[\p{L}\p{N}_]/u.test(text[at - 1] ?? '') && !/[\p{L}\p{N}_]/u.test(text[at + name.length] ?? '')) return true
  return false
}
