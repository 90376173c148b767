import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledSink } from './compiled-pipeline.js'
import { settlesPartitions } from './sink-resumption.js'

/** Finds sinks that both commit partitions in transactions of their own: a crash can come between two transactions. */
export function checkPartitionSinks(sinks: readonly CompiledSink[], faults: Faults): void {
  const [first, ...others] = sinks.filter(settlesPartitions)
  for (const { node } of first === undefined ? [] : others)
    faults.add(
      maestroError('MAESTRO_PIPELINE_PARTITION_SINKS', { sink: node.id, other: first?.node.id ?? '' }),
      node.id,
    )
}

/** Finds sinks that would write to the same place: the last one to be committed would replace what the others wrote. */
export function checkTargets(sinks: readonly CompiledSink[], context: CompileContext, faults: Faults): void {
  const { directory, allowOutside, allowPrivateAddresses, runDirectory } = context
  const place = { directory, allowOutside, allowPrivateAddresses, runDirectory }
  const first = new Map<string, string>()
  for (const { node, definition, options } of sinks) {
    const target = faults.catch(() => definition.target?.(options, place), node.id)
    if (target === undefined) continue
    const key = JSON.stringify([node.use, target])
    const other = first.get(key)
    if (other === undefined) first.set(key, node.id)
    else faults.add(maestroError('MAESTRO_PIPELINE_SAME_OUTPUT', { sink: node.id, other, target }), node.id)
  }
}
