import type { Columns, Row } from '@maestro-dataflow/core'

/**
 * The row with the declared columns of an answer and no others: a model that adds a property of its own must not reach
 * another column, and where the answer leaves one out, the row's old value is not the answer.
 */
export function withAnswer(row: Row, answer: Row, columns: Columns): Row {
  const kept = Object.entries(row).filter(([name]) => !Object.hasOwn(columns, name) || Object.hasOwn(answer, name))
  return Object.fromEntries([...kept, ...Object.entries(answer).filter(([name]) => Object.hasOwn(columns, name))])
}
