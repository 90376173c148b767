import type { SinkNode } from '../../contracts/pipeline-definition.js'
import type { ColumnSet } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledSink } from './compiled-pipeline.js'
import { readOptions } from './read-options.js'

/** Checks a sink of a pipeline: its name, its options, and what its storage can check in advance. */
export async function compileSink(
  node: SinkNode,
  columns: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledSink | undefined> {
  const storage = faults.catch(() => context.find('storages', node.use, `step ${node.id}`), node.id)
  if (storage === undefined) return undefined
  const { sink: definition } = storage
  if (definition === undefined) {
    faults.add(maestroError('MAESTRO_PIPELINE_NOT_READABLE', { use: node.use, side: 'written' }), node.id)
    return undefined
  }
  const read = await readOptions(node.use, definition.options, node.options, context, faults, node.id)
  if (read === undefined) return undefined
  const { options, shown } = read
  const { directory, allowOutside, allowPrivateAddresses, ownOutputs, projectFiles } = context
  const overwrite = context.overwrite || ownOutputs.has(node.id)
  if (context.requireSink)
    await faults.addAll(
      () =>
        definition.check?.(options, {
          directory,
          allowOutside,
          allowPrivateAddresses,
          overwrite,
          projectFiles,
          columns,
        }),
      node.id,
    )
  return { node, definition, options, shown, columns }
}
