import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { InlineRowsSource } from '../../contracts/pipeline-source.js'
import type { ColumnSet } from '../../contracts/row.js'
import type { SourceDefinition } from '../../contracts/source.js'
import type { StorageCheckContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledSource } from './compiled-pipeline.js'
import { ColumnInference } from './infer-columns.js'
import { readOptions } from './read-options.js'
import { soundColumns } from './sound-columns.js'

/** Checks the source of a pipeline: its name, its options, and what its storage can check in advance. */
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
  const source = await compileNamedSource(node.use, node.options, context, faults)
  return source === undefined ? undefined : { node, ...source }
}

/** A source by name, with its options: the source of a pipeline, or a source in an option of a step. */
export async function compileNamedSource(
  use: string,
  given: unknown,
  context: CompileContext,
  faults: Faults,
  step?: string,
): Promise<
  | {
      readonly definition: SourceDefinition
      readonly options: unknown
      readonly shown: unknown
      readonly columns: ColumnSet
    }
  | undefined
> {
  const storage = faults.catch(
    () => context.find('storages', use, step === undefined ? 'source' : `step ${step}`),
    step,
  )
  if (storage === undefined) return undefined
  const { source } = storage
  if (source === undefined) {
    faults.add(maestroError('MAESTRO_PIPELINE_NOT_READABLE', { use, side: 'read' }), step)
    return undefined
  }
  const read = await readOptions(use, source.options, given, context, faults, step)
  if (read === undefined) return undefined
  const { options, shown } = read
  const { directory, allowOutside, allowPrivateAddresses, runDirectory } = context
  const place = { directory, allowOutside, allowPrivateAddresses, runDirectory }
  const isSound = await faults.addAll(() => source.check?.(options, place), step)
  const columns =
    (isSound ? await faults.catchLater(() => describedColumns(source, options, place, step), step) : undefined) ??
    faults.catch(() => soundColumns(step ?? 'source', source.columns(options)), step) ??
    ({ columns: {}, open: true } as const)
  return { definition: source, options, shown, columns }
}

async function describedColumns(
  source: SourceDefinition,
  options: unknown,
  place: StorageCheckContext,
  step: string | undefined,
): Promise<ColumnSet | undefined> {
  const described = await source.describeColumns?.(options, place)
  return described === undefined ? undefined : soundColumns(step ?? 'source', described)
}

const rowsLookedAt = 1000

/**
 * The columns of rows in code: as declared, or else those of a short array. A longer array or a stream may hold others.
 */
function inlineColumns(source: InlineRowsSource): ColumnSet {
  const { rows } = source
  if (!source.columns.open || !Array.isArray(rows)) return source.columns
  const inference = new ColumnInference()
  inference.add(rows.slice(0, rowsLookedAt).filter((row) => typeof row === 'object' && row !== null))
  const { columns } = inference
  return { columns, open: rows.length === 0 || rows.length > rowsLookedAt }
}
