import type { Batch, Row, RowId } from '../contracts/row.js'
import type { WriteResult } from '../contracts/row-storage.js'
import type { RefusedRow, SinkCheckpoint, SinkContinuation, SinkWriter } from '../contracts/sink.js'
import type { StorageContext } from '../contracts/storage-context.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import type { CompiledSink } from '../pipeline/compile/compiled-pipeline.js'
import { waitAWhile } from '../provider/wait-a-while.js'
import { soundWriter } from './checks/sound-writer.js'
import { type FoundSink, type SinkCommits, settled } from './durability/sink-commits.js'
import type { SinkProgress } from './durability/stage-progress.js'
import type { IncrementalRun } from './incremental/incremental-run.js'
import type { RejectLine } from './state/journal.js'

/** How long, in milliseconds, an output may take to remove what it has written. */
const patience = 60_000

const changedOutput =
  'An output was changed after the run had written it. It stays as it is. To have it written again, remove it and resume the run.'

/** Receives the rows at the end of a stage. */
export interface RowOutput {
  write(batch: Batch): void | Promise<void>
  /** Called when all rows have arrived. */
  finish?(): Promise<void>
}

/**
 * The sinks of a run. Each sink opens when its stage begins. When the whole run has succeeded, the sinks are committed
 * one after the other. A failure or an abort before that leaves every output unchanged.
 *
 * Sinks that say how many rows they hold are checked before any commit, and they are committed last. When the commit of a
 * sink fails or its count is wrong, the later sinks stay unchanged. The earlier ones stay committed, because no
 * transaction spans several sinks. The report's `sinks` and the journal's `sink-done` name them. A resumed run does not
 * commit them again.
 */
export class RunOutputs {
  readonly #open = new Map<string, { readonly sink: CompiledSink; readonly use: string; readonly writer: SinkWriter }>()
  /** The sinks to which a resumed run can return. */
  readonly #resumable = new Set<string>()
  readonly #storage: StorageContext
  readonly #overwrite: boolean
  readonly #commits: SinkCommits | undefined
  readonly #incremental: IncrementalRun | undefined

  /**
   * @param commits The commits on record, for a run that can be resumed.
   * @param incremental Set if the outputs keep rows of earlier runs.
   */
  constructor(
    storage: StorageContext,
    overwrite: boolean,
    commits: SinkCommits | undefined,
    incremental: IncrementalRun | undefined,
  ) {
    this.#incremental = incremental
    this.#storage = storage
    this.#overwrite = overwrite
    this.#commits = commits
  }

  /** Opens a sink, or returns the one that is already open. @throws MAESTRO_RUN_OUTPUT_UNWRITABLE */
  async open(sink: CompiledSink): Promise<SinkWriter> {
    const { id, use } = sink.node
    const known = this.#open.get(id)
    if (known !== undefined) return known.writer
    const found = await this.#find(sink, 0)
    const writer = found?.settled ?? (await this.#openWriter(sink, found))
    this.#open.set(id, { sink, use, writer })
    return writer
  }

  /**
   * Opens a sink behind what an earlier process of the run has written.
   *
   * @throws MAESTRO_RUN_OUTPUT_LOST if that is not there any more, and what `open` throws
   */
  async continue(sink: CompiledSink, { rows, state }: SinkProgress, isShared: boolean): Promise<void> {
    const { id, use } = sink.node
    const found = await this.#find(sink, rows, state)
    if (found?.settled === undefined && state === settled) throw maestroError('MAESTRO_RUN_OUTPUT_LOST', { output: id })
    const writer = found?.settled ?? (await this.#openWriter(sink, found, { state, isShared }))
    this.#open.set(id, { sink, use, writer })
    this.#resumable.add(id)
  }

  /** @throws MAESTRO_RUN_SINK_UNSETTLED if the sink cannot get all rows, because it has committed other ones */
  async assertUnsettled(sink: CompiledSink): Promise<void> {
    await this.#commits?.find(sink, this.#storage, 0)
  }

  /** Whether a resumed run can return to a checkpoint of a sink. */
  get isResumable(): boolean {
    return this.#resumable.size > 0
  }

  /**
   * Commits a partition of a sink in a transaction. @throws MAESTRO_RUN_OUTPUT_UNWRITABLE or the sink's own error,
   * MAESTRO_RUN_TAKEN_OVER, MAESTRO_RUN_STATE
   */
  async settle(sink: string, checkpoint: SinkCheckpoint): Promise<void> {
    // The first one makes a note: from now on, the target may hold rows of the run.
    if (!this.#resumable.has(sink)) await this.#commits?.begin(sink, true)
    await sinkErrors(sink, this.#open.get(sink)?.use ?? '', async () => checkpoint.settle?.())
  }

  /** Finds out what earlier processes of the run have left of a sink, and tells of an output that was changed since. */
  async #find(sink: CompiledSink, rows: number, behind?: unknown): Promise<FoundSink | undefined> {
    const found = await this.#commits?.find(sink, this.#storage, rows, behind)
    if (found?.changed !== undefined) this.#storage.logger.warn(changedOutput, { output: found.changed })
    return found
  }

  /** From now on, a resumed run can return to a checkpoint of the sink. */
  keep(sink: string): void {
    this.#resumable.add(sink)
  }

  /** Removes what a sink has written, because its rows are made again. */
  async restart(sink: string): Promise<void> {
    const open = this.#open.get(sink)
    this.#open.delete(sink)
    this.#resumable.delete(sink)
    await open?.writer.abort()
  }

  async #openWriter(
    sink: CompiledSink,
    found: FoundSink | undefined,
    continues?: SinkContinuation,
  ): Promise<SinkWriter> {
    const { node, definition, options, columns } = sink
    const target = {
      ...this.#storage,
      columns,
      overwrite: this.#overwrite || found?.mayHaveWritten === true || this.#incremental?.continues === true,
      ...(this.#commits === undefined ? {} : { receipt: this.#commits.receiptOf(node.id) }),
    }
    const open = async (from: SinkContinuation | undefined) => {
      const given = { ...target, ...(from === undefined ? {} : { continues: from }) }
      return soundWriter(node.id, node.use, await definition.open(options, given))
    }
    return sinkErrors(node.id, node.use, () =>
      this.#incremental === undefined
        ? open(continues)
        : this.#incremental.openSink(sink, this.#storage, continues, open),
    )
  }

  /** Keeps a row that a sink refused, for a run that is resumed after the sink's commit. */
  refused(sink: string, line: RejectLine): void {
    this.#commits?.refused(sink, line)
  }

  /** The sinks whose commit replaces existing rows. */
  replacing(): readonly string[] {
    return [...this.#open].filter(([, { writer }]) => writer.replaces === true).map(([id]) => id)
  }

  /**
   * Makes all outputs visible: first the sinks whose counts are known only after their commit, each in the order in which
   * it was opened.
   *
   * @param handed The number of rows that a sink received and did not refuse.
   * @throws MAESTRO_RUN_SINK_COUNT, MAESTRO_RUN_OUTPUT_UNWRITABLE or the sink's own error, of the first sink that fails
   */
  async commit(handed: (sink: string) => number, done: (sink: string, result: WriteResult) => void): Promise<void> {
    const sinks = [...this.#open]
    for (const [id, { use, writer }] of sinks)
      if (writer.rowsWritten !== undefined) assertCount(id, use, handed(id), writer.rowsWritten, 'holds')
    const silent = ([, { writer }]: (typeof sinks)[number]) => writer.rowsWritten === undefined
    const order = [...sinks.filter(silent), ...sinks.filter((sink) => !silent(sink))]
    /** Sinks whose rows become visible with the commit of a later one. */
    const waiting: {
      readonly id: string
      readonly sink: CompiledSink
      readonly group: string | undefined
      readonly result: WriteResult
    }[] = []
    for (const [at, [id, { sink, use, writer }]] of order.entries()) {
      await this.#commits?.begin(id, writer.keepsReceipt ?? false)
      const result = await sinkErrors(id, use, () => this.#commitOne(sink, writer))
      assertCount(id, use, handed(id), result?.rows, 'says that it wrote')
      const group = writer.commitsWith
      waiting.push({ id, sink, group, result })
      if (group !== undefined && order.slice(at + 1).some(([, later]) => later.writer.commitsWith === group)) continue
      for (const one of waiting.filter((one) => one.id === id || (group !== undefined && one.group === group))) {
        await this.#commits?.done(one.sink, this.#storage, one.result)
        this.#open.delete(one.id)
        this.#resumable.delete(one.id)
        done(one.id, one.result)
      }
    }
  }

  /** Commits a sink, unless a process that has lost the run has committed the same rows in the meantime. */
  async #commitOne(sink: CompiledSink, writer: SinkWriter): Promise<WriteResult> {
    try {
      return await writer.commit()
    } catch (error) {
      if (this.#commits === undefined || writer.keepsReceipt !== true) throw error
      await writer.abort().catch(() => undefined)
      const found = await this.#commits.find(sink, this.#storage, 0).catch(() => undefined)
      if (found?.settled === undefined) throw error
      return found.settled.commit()
    }
  }

  /**
   * Removes what was written but not committed, except for what a resumed run returns to. A sink that cannot clean up
   * does not prevent the others from doing so.
   */
  async abort(): Promise<void> {
    for (const [id, { writer }] of this.#open) {
      try {
        await waitAWhile(this.#resumable.has(id) ? writer.suspend?.() : writer.abort(), patience)
      } catch (error) {
        this.#storage.logger.warn('An output could not be cleaned up.', { sink: id, reason: reasonOf(error) })
      }
    }
    this.#open.clear()
  }
}

/** @throws MAESTRO_RUN_SINK_COUNT when a sink has not written what it was given */
function assertCount(sink: string, use: string, handed: number, found: unknown, verb: string): void {
  if (found === handed) return
  const said = `${verb} ${typeof found === 'number' ? found : describeValue(found)}`
  throw maestroError('MAESTRO_RUN_SINK_COUNT', { sink, use, handed, said }).at({ step: sink })
}

/** Performs an action of a sink. @throws its own error, or MAESTRO_RUN_OUTPUT_UNWRITABLE for any untyped error */
export async function sinkErrors<Result>(id: string, use: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const typed = MaestroError.is(error)
      ? error
      : maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: use, reason: reasonOf(error) }, error)
    throw typed.at({ step: id })
  }
}

/**
 * Writes a batch. A row that the output refuses is left out; the rows around it are written.
 *
 * An output that refuses a row names it in the error and has written nothing of the batch.
 */
export async function writeWithRejects(
  writer: Pick<SinkWriter, 'write'>,
  batch: Batch,
): Promise<{ readonly written: Batch; readonly refused: readonly RefusedRow[] }> {
  const refused: RefusedRow[] = []
  let left = batch
  while (left.rows.length > 0) {
    try {
      await writer.write(left)
      break
    } catch (error) {
      const at = MaestroError.is(error) && error.rowId !== undefined ? left.ids.indexOf(error.rowId) : -1
      if (!MaestroError.is(error) || at === -1) throw error
      refused.push({ id: left.ids[at] as RowId, row: left.rows[at] as Row, error })
      left = { ids: left.ids.toSpliced(at, 1), rows: left.rows.toSpliced(at, 1) }
    }
  }
  return { written: left, refused }
}
