import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledSink } from './compiled-pipeline.js'

/** Finds sinks that would write to the same place: the last one to be committed would replace what the others wrote. */
export function checkTargets(sinks: readonly CompiledSink[], context: CompileContext, faults: Faults): void {
  const { directory, allowOutside, allowPrivateAddresses } = context
  const place = { directory, allowOutside, allowPrivateAddresses }
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
