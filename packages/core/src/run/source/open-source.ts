import type { SourceReader } from '../../contracts/source.js'
import type { StorageContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { openInlineSource } from './read-source.js'

/** Opens the source of a pipeline: a storage, or rows in code. @throws MAESTRO_PIPELINE_NO_SOURCE and the source's own error */
export async function openSource({ plan, source }: CompiledPipeline, context: StorageContext): Promise<SourceReader> {
  if ('rows' in source.node) return openInlineSource(source.node, context.signal)
  const reader = await source.definition?.open(source.options, context)
  if (reader === undefined) throw maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: plan.pipeline })
  return reader
}
