import type { PlannedSink } from '../../contracts/plan.js'
import type { CompileContext } from './compile-context.js'
import type { CompiledSink } from './compiled-pipeline.js'

/** Whether a sink commits the rows of each partition in a transaction of its own. */
export const settlesPartitions = ({ definition, options }: CompiledSink): boolean =>
  definition.findCheckpoint !== undefined && definition.continues?.(options) === true

/** How a sink goes on in a run that is resumed, if it does not go on behind the rows that were committed. */
export function sinkResumption(
  { definition, options }: CompiledSink,
  { directory, allowOutside, allowPrivateAddresses }: CompileContext,
): Pick<PlannedSink, 'resumed'> {
  if (definition.continues?.(options) === true) return {}
  const isReplaced = definition.target?.(options, { directory, allowOutside, allowPrivateAddresses }) !== undefined
  return { resumed: isReplaced || definition.findReceipt !== undefined ? 'again' : 'uncertain' }
}
