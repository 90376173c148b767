import type { Batch } from '../../contracts/row.js'
import type { RefusedRow, SinkContinuation, SinkWriter } from '../../contracts/sink.js'
import type { SourceBatch } from '../../contracts/source.js'
import type { StorageContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import { assertProcessed, type Merge } from './merge.js'
import { hashOfKey } from './row-hashes.js'
import { UpdatingWriter } from './updating-writer.js'

/** The checkpoint of a sink whose output holds rows of earlier runs. */
interface MergeState {
  readonly kept: number
  readonly state: unknown
}

/**
 * Opens a sink and gives it the rows of earlier runs that stay, before those of this run. The counts of the writer are
 * those of this run's rows.
 */
export async function openMerging(
  sink: CompiledSink,
  context: StorageContext,
  continues: SinkContinuation | undefined,
  open: (continues: SinkContinuation | undefined) => Promise<SinkWriter> | SinkWriter,
  merge: Merge,
): Promise<SinkWriter> {
  const { definition, options, node } = sink
  const output = await definition.mergeable?.(options, context)
  const rows = output?.rows
  if (output?.exists === false && merge.mustExist)
    throw maestroError('MAESTRO_INCREMENTAL_OUTPUT', { sink: node.id, reason: 'the output of the last run is missing' })
  if (rows === undefined) {
    const updated = await open(continues)
    return abortedUnless(updated, () => UpdatingWriter.open(updated, node.id, merge, output?.key ?? []))
  }
  if (continues !== undefined) {
    const { kept, state } = continues.state as MergeState
    return new MergingWriter(await open({ ...continues, state }), kept, node.id, merge)
  }
  const writer = await open(undefined)
  return abortedUnless(writer, async () => {
    const kept = output?.exists === true && merge.continues ? await keepRows(writer, rows(), node.id, merge) : 0
    return new MergingWriter(writer, kept, node.id, merge)
  })
}

/** Does something with a writer, which is aborted if that fails. */
async function abortedUnless<Result>(writer: SinkWriter, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** What the ids of rows of earlier runs begin with. */
const keptPrefix = 'kept:'

/** Writes the rows of earlier runs that stay. @returns their number */
async function keepRows(
  writer: SinkWriter,
  output: AsyncIterable<SourceBatch>,
  sink: string,
  { key, stays }: Merge,
): Promise<number> {
  let kept = 0
  for await (const { ids, rows, rejects = [] } of output) {
    const [unread] = rejects
    if (unread !== undefined)
      throw maestroError('MAESTRO_INCREMENTAL_OUTPUT', { sink, reason: unread.error.message }, unread.error)
    const chosen = rows.flatMap((row, index) => {
      const hash = hashOfKey(row, key)
      return hash === undefined || stays(hash) ? [index] : []
    })
    if (chosen.length === 0) continue
    await writer.write({
      ids: chosen.map((index) => `${keptPrefix}${ids[index]}`),
      rows: chosen.map((index) => rows[index] as Batch['rows'][number]),
    })
    kept += chosen.length
  }
  return kept
}

class MergingWriter implements SinkWriter {
  readonly checkpoint?: NonNullable<SinkWriter['checkpoint']>
  readonly refused?: NonNullable<SinkWriter['refused']>
  readonly refusedAtEnd?: NonNullable<SinkWriter['refusedAtEnd']>
  readonly replaces: boolean
  readonly #writer: SinkWriter
  readonly #kept: number
  readonly #sink: string
  readonly #merge: Merge

  constructor(writer: SinkWriter, kept: number, sink: string, merge: Merge) {
    this.#writer = writer
    this.#kept = kept
    this.#sink = sink
    this.#merge = merge
    this.replaces = writer.replaces === true && kept === 0
    if (writer.refused !== undefined) this.refused = (last) => writer.refused?.(last) ?? []
    if (writer.refusedAtEnd !== undefined) this.refusedAtEnd = () => this.#refusedAtEnd()
    if (writer.checkpoint === undefined) return
    this.checkpoint = async () => {
      const point = await writer.checkpoint?.()
      const state: MergeState = { kept, state: point?.state }
      return point === undefined ? undefined : { state }
    }
  }

  get rowsWritten(): number | undefined {
    const { rowsWritten } = this.#writer
    return rowsWritten === undefined ? undefined : rowsWritten - this.#kept
  }

  write(batch: Batch): void | Promise<void> {
    for (const row of batch.rows) assertProcessed(row, this.#sink, this.#merge)
    return this.#writer.write(batch)
  }

  async commit() {
    const { rows, location } = await this.#writer.commit()
    return { rows: rows - this.#kept, location }
  }

  /** A row of an earlier run stays: its output cannot be merged with the new rows. @throws MAESTRO_INCREMENTAL_OUTPUT */
  async #refusedAtEnd(): Promise<readonly RefusedRow[]> {
    const refused = (await this.#writer.refusedAtEnd?.()) ?? []
    const kept = refused.find(({ id }) => id.startsWith(keptPrefix))
    if (kept === undefined) return refused
    throw maestroError('MAESTRO_INCREMENTAL_OUTPUT', { sink: this.#sink, reason: kept.error.message }, kept.error)
  }

  abort(): Promise<void> {
    return this.#writer.abort()
  }

  async suspend(): Promise<void> {
    await this.#writer.suspend?.()
  }
}
