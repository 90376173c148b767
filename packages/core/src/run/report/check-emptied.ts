import { maestroError } from '../../errors/error-table.js'
import type { RunContext } from '../run-context.js'

/**
 * Prevents a run without rows from replacing an existing output, unless that is allowed.
 *
 * @throws MAESTRO_RUN_OUTPUT_EMPTIED
 */
export function checkEmptied({ compiled, outputs, counters, sourceCounter }: RunContext): void {
  const emptied = outputs.replacing().filter((id) => {
    const input = compiled.sinks.get(id)?.node.input
    const { rowsOut } = (input === undefined ? undefined : counters.get(input)) ?? sourceCounter
    return rowsOut - (counters.get(id)?.rejected ?? 0) <= 0
  })
  if (emptied.length > 0)
    throw maestroError('MAESTRO_RUN_OUTPUT_EMPTIED', { sinks: emptied, rowsIn: sourceCounter.rowsIn })
}
