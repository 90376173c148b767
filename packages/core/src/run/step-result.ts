import type { Row } from '../contracts/row.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'

/** @throws MAESTRO_STEP_RESULT when a value is not a plain row */
export function assertRow(step: string, value: unknown): asserts value is Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw maestroError('MAESTRO_STEP_RESULT', {
    step,
    expected: 'a row (an object of columns)',
    found: describeValue(value),
  })
}

/** A value in a few words, for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `a ${value.constructor?.name ?? 'object'}`
  return typeof value === 'string'
    ? `the text "${value.slice(0, 40)}"`
    : typeof value === 'undefined'
      ? 'nothing'
      : `${typeof value} ${String(value)}`
}

/** Any thrown thing as a MaestroError that knows its step and row. */
export function toStepError(error: unknown, step: string, rowId: string | undefined): MaestroError {
  const known = MaestroError.is(error)
    ? error
    : maestroError('MAESTRO_STEP_FAILED', { step, reason: reasonOf(error) }, error)
  return known.at({ step, rowId })
}

/** What was thrown, in one line: it need not be an error, nor even have a text. */
export function reasonOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  const text = typeof said === 'string' ? said : describeValue(said)
  return text.split('\n', 1)[0] || (error instanceof Error ? error.name : 'an empty text')
}
