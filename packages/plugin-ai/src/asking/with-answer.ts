import type { Columns, Row } from '@maestro-dataflow/core'

/**
 * The row with the declared columns of an answer and no others: a model that adds a property of its own must not reach
 * another column. A column that the answer leaves out has no value: the row's old value is not the answer.
 */
export function withAnswer(row: Row, answer: Row, columns: Columns): Row {
  const kept = Object.entries(row).filter(([name]) => !Object.hasOwn(columns, name) || Object.hasOwn(answer, name))
  const answered = Object.entries(answer).filter(([name]) => Object.hasOwn(columns, name))
  const unanswered = Object.keys(columns).flatMap((name) => (Object.hasOwn(answer, name) ? [] : [[name, undefined]]))
  return Object.fromEntries([...kept, ...answered, ...unanswered])
}
