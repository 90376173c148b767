import type { RefusedRow, SinkWriter } from '../../contracts/sink.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'

const required = ['write', 'commit', 'abort'] as const

/** The writer that a sink has opened, if it has all that its contract requires. @throws MAESTRO_SINK_CONTRACT */
export function soundWriter(sink: string, use: string, opened: unknown): SinkWriter {
  const breach = (fault: string) => maestroError('MAESTRO_SINK_CONTRACT', { sink, use, fault }).at({ step: sink })
  if (typeof opened !== 'object' || opened === null) throw breach(`opened ${describeValue(opened)} instead of a writer`)
  const writer = opened as Partial<SinkWriter>
  for (const name of required)
    if (typeof writer[name] !== 'function') throw breach(`opened a writer without the function \`${name}\``)
  if (writer.checkpoint !== undefined && typeof writer.suspend !== 'function')
    throw breach('opened a writer that has `checkpoint` and lacks the function `suspend`')
  return opened as SinkWriter
}

/** The rows that a sink has refused, each with a typed error. @throws MAESTRO_SINK_CONTRACT */
export function soundRefusals(sink: string, use: string, refused: unknown): readonly RefusedRow[] {
  const breach = (found: unknown) => {
    const fault = `returned ${describeValue(found)} as refused rows`
    return maestroError('MAESTRO_SINK_CONTRACT', { sink, use, fault }).at({ step: sink })
  }
  if (!Array.isArray(refused)) throw breach(refused)
  return refused.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) throw breach(one)
    const { id, row, error } = one as RefusedRow
    if (MaestroError.is(error)) return one as RefusedRow
    const details = { location: String(id), reason: reasonOf(error) }
    return { id: String(id), row, error: maestroError('MAESTRO_STORAGE_ROW_INVALID', details, error) }
  })
}
