import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'

/** @throws MAESTRO_STEP_RESULT when a value is not a plain row */
export function assertRow(step: string, value: unknown): asserts value is Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw maestroError('MAESTRO_STEP_RESULT', {
    step,
    expected: 'a row (an object of columns)',
    found: describeValue(value),
  })
}

/** Converts anything that was thrown to a MaestroError that names its step and row. */
export function toStepError(error: unknown, step: string, rowId: string | undefined): MaestroError {
  const known = MaestroError.is(error)
    ? error
    : maestroError('MAESTRO_STEP_FAILED', { step, reason: reasonOf(error) }, error)
  return known.at({ step, rowId })
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
