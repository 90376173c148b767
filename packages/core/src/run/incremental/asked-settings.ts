import type { IncrementalSettings } from '../../contracts/incremental.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'

/** The settings of an incremental run, with their defaults. */
export interface AskedIncremental {
  readonly key: readonly string[]
  readonly compare: readonly string[] | undefined
  readonly removed: 'keep' | 'remove'
}

/**
 * The settings of a run that is to be incremental; the key of the source is the default key.
 *
 * @throws MAESTRO_INCREMENTAL_UNFIT for a pipeline that cannot run incrementally
 */
export function askedSettings(compiled: CompiledPipeline): AskedIncremental {
  const { plan, definition, source } = compiled
  const {
    key = keyOfSource(compiled),
    compare,
    removed = 'keep',
  }: Partial<IncrementalSettings> = definition.incremental ?? {}
  if (key === undefined)
    throw unfit(compiled, 'it has no key that identifies rows', 'Name one: .incremental({ key: "id" }).')
  const keys = typeof key === 'string' ? [key] : key
  for (const column of [...keys, ...(compare ?? [])])
    if (!source.columns.open && !Object.hasOwn(source.columns.columns, column))
      throw unfit(compiled, `its source has no column "${column}"`, 'Name columns of the source in `incremental`.')
  for (const { kind, steps } of plan.stages) {
    if (kind === 'rows') continue
    const reason = `the step ${steps.join(', ')} needs all rows, not only those that have changed`
    throw unfit(compiled, reason, 'Move such steps into a second pipeline, which reads the output of this one.')
  }
  for (const { id, columns } of plan.sinks) {
    const lacking = columns.open ? undefined : keys.find((column) => !Object.hasOwn(columns.columns, column))
    if (lacking !== undefined)
      throw unfit(compiled, `the rows of the sink ${id} have no column "${lacking}"`, 'Keep the key in every step.')
  }
  if ('rows' in source.node && typeof source.node.rows !== 'function' && !Array.isArray(source.node.rows))
    throw unfit(compiled, 'its source can be read only once', 'Give an array, or a function that returns the rows.')
  return { key: keys, compare, removed }
}

function keyOfSource({ source }: CompiledPipeline): string | readonly string[] | undefined {
  const { key } = ('rows' in source.node ? source.node : (source.options ?? {})) as { readonly key?: unknown }
  return typeof key === 'string' || Array.isArray(key) ? (key as string | readonly string[]) : undefined
}

export const unfit = ({ definition }: CompiledPipeline, reason: string, remedy: string) =>
  maestroError('MAESTRO_INCREMENTAL_UNFIT', { pipeline: definition.name, reason, remedy })
