import type { StorageContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { type OpenedSource, openInlineSource } from './read-source.js'

/**
 * Opens the source of a pipeline: a storage, or rows in code.
 *
 * @param store Where rows are stored that can be read only once. @default nowhere
 * @throws MAESTRO_PIPELINE_NO_SOURCE and the source's own error
 */
export async function openSource(
  { plan, source }: CompiledPipeline,
  context: StorageContext,
  store?: Parameters<typeof openInlineSource>[2],
): Promise<OpenedSource> {
  if ('rows' in source.node) return openInlineSource(source.node, context.signal, store)
  const reader = await source.definition?.open(source.options, context)
  if (reader === undefined) throw maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: plan.pipeline })
  return reader
}
