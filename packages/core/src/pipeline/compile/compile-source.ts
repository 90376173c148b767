import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { InlineRowsSource } from '../../contracts/pipeline-source.js'
import type { ColumnSet } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledSource } from './compiled-pipeline.js'
import { ColumnInference } from './infer-columns.js'
import { readOptions } from './read-options.js'

/** Checks the source of a pipeline: its name, options, and what its storage can see beforehand. */
export async function compileSource(
  definition: PipelineDefinition,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledSource | undefined> {
  const { source: node } = definition
  if (node === undefined) {
    faults.add(maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: definition.name }))
    return undefined
  }
  if ('rows' in node)
    return { node, definition: undefined, options: undefined, shown: undefined, columns: inlineColumns(node) }
  const storage = faults.catch(() => context.find('storages', node.use, 'source'))
  if (storage === undefined) return undefined
  if (storage.source === undefined) {
    faults.add(maestroError('MAESTRO_PIPELINE_NOT_READABLE', { use: node.use, side: 'read' }))
    return undefined
  }
  const read = await readOptions(node.use, storage.source.options, node.options, context, faults)
  if (read === undefined) return undefined
  const { options, shown } = read
  const { directory, allowOutside } = context
  const { source } = storage
  await faults.addAll(() => source.check?.(options, { directory, allowOutside }))
  const columns = faults.catch(() => source.columns(options)) ?? { columns: {}, open: true }
  return { node, definition: storage.source, options, shown, columns }
}

const rowsLookedAt = 1000

/** Columns of rows in code: as declared, else those of a short array; a longer one or a stream may hold others. */
function inlineColumns(source: InlineRowsSource): ColumnSet {
  const { rows } = source
  if (!source.columns.open || !Array.isArray(rows)) return source.columns
  const inference = new ColumnInference()
  inference.add(rows.slice(0, rowsLookedAt).filter((row) => typeof row === 'object' && row !== null))
  const { columns } = inference
  return { columns, open: rows.length === 0 || rows.length > rowsLookedAt }
}
