import type { Columns, Row } from '@maestro-dataflow/core'

/**
 * Adds only the declared columns of an answer to the row, so that an extra property from the model cannot overwrite
 * another column. A column that the answer leaves out loses its old value, because that value is not the answer.
 */
export function withAnswer(row: Row, answer: Row, columns: Columns): Row {
  const kept = Object.entries(row).filter(([name]) => !Object.hasOwn(columns, name) || Object.hasOwn(answer, name))
  const answered = Object.entries(answer).filter(([name]) => Object.hasOwn(columns, name))
  const unanswered = Object.keys(columns).flatMap((name) => (Object.hasOwn(answer, name) ? [] : [[name, undefined]]))
  return Object.fromEntries([...kept, ...answered, ...unanswered])
}
