import type { SourceDefinition, SourceReader } from '../../contracts/source.js'
import type { StorageContext } from '../../contracts/storage-context.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { openSource } from '../source/open-source.js'
import type { AskedIncremental } from './asked-settings.js'
import { type FoundRows, rowsToProcess } from './changed-rows.js'
import type { RowTable } from './row-table.js'

/** The same pipeline over the rows that an incremental run processes. */
export function processingOnly(
  compiled: CompiledPipeline,
  asked: AskedIncremental,
  table: RowTable,
  { found, run }: { readonly found: FoundRows; readonly run: string },
): CompiledPipeline {
  const { source, plan } = compiled
  const repeated = new Set(found.repeated)
  const open = async (_: unknown, context: StorageContext): Promise<SourceReader> => {
    const reader = await openSource(compiled, context)
    const { progress, identity } = reader
    return {
      read: (from) => rowsToProcess(reader.read(from), table, asked, repeated),
      ...(progress === undefined ? {} : { progress: () => progress.call(reader) }),
      // Rows in code are told by comparing them.
      ...(identity === undefined || 'rows' in source.node
        ? {}
        : { identity: (isFull) => identity.call(reader, isFull) }),
    }
  }
  const { key, compare, removed } = asked
  const incremental = { key, removed, ...(compare === undefined ? {} : { compare }), since: run }
  return {
    ...compiled,
    source: { ...source, node: { use: plan.source.use, options: undefined }, definition: definitionOf(compiled, open) },
    plan: { ...plan, source: { ...plan.source, incremental } },
  }
}

function definitionOf({ source }: CompiledPipeline, open: SourceDefinition['open']): SourceDefinition {
  const rows = { shape: undefined, options: anything, columns: () => source.columns, optionalColumns: true }
  return { ...(source.definition ?? rows), open }
}

const anything: SourceDefinition['options'] = {
  '~standard': { version: 1, vendor: 'maestro', validate: (value) => ({ value }) },
}
