import type { PlannedStage } from '../../contracts/plan.js'
import type { RowId } from '../../contracts/row.js'
import type { SinkCheckpoint, SinkWriter } from '../../contracts/sink.js'
import type { SourceBatch } from '../../contracts/source.js'
import type { DurableRun } from '../durability/durable-run.js'
import { failpoint } from '../durability/failpoints.js'
import { InputTracker } from '../durability/input-position.js'
import { noBlocks } from '../durability/kept-ledger.js'
import { LeftCounts } from '../durability/left-counts.js'
import { partitionSize } from '../durability/partition-size.js'
import {
  adoptProgress,
  prepareProgress,
  type SinkProgress,
  type StageProgress,
  writeProgress,
} from '../durability/stage-progress.js'
import type { RunContext } from '../run-context.js'
import type { StoredRows } from '../source/stored-rows.js'
import { stageFolder } from '../state/stage-files.js'
import type { StepFileWriter } from '../state/step-file.js'
import type { Entry, Leaf } from '../stream/ordered-window.js'
import type { StreamPartitions } from '../stream/stream-partitions.js'

/** A sink of a stage that takes part in its commits. */
export interface CommittedSink {
  readonly id: string
  /** Identifies its options. */
  readonly sink: string
  readonly writer: SinkWriter
  /** Waits for the rows in progress, and rejects those that the sink has refused. */
  readonly settleRefused: () => Promise<void>
}

/** The outputs of a stage that a commit covers. */
export interface CommittedOutputs {
  /** The file that keeps the rows, if something needs them again. */
  readonly file: StepFileWriter | undefined
  readonly sinks: readonly CommittedSink[]
  /** The sinks that get all rows again when the run is resumed. */
  readonly replayed: readonly string[]
}

export interface StageCommitsOptions {
  readonly stage: PlannedStage
  readonly context: RunContext
  readonly durable: DurableRun
  /** Whether the content of the input has to be compared when the run is resumed. */
  readonly verifies: boolean
  /** The stored rows of a source that can be read only once. */
  readonly stored: StoredRows | undefined
  /** What an earlier process of the run has committed. */
  readonly progress: StageProgress | undefined
}

/**
 * Commits what a stage of rows has done, partition by partition. A partition is what has left the window since the last
 * commit; no row in progress belongs to it. A commit makes the outputs, the rejected rows, and the ledger durable, and
 * then writes the progress of the stage, which names how much of each counts.
 *
 * Rejected rows are recorded when they leave the window, so that the record ends where the partition does.
 */
export class StageCommits implements StreamPartitions {
  readonly #options: StageCommitsOptions
  readonly #input: InputTracker
  readonly #steps: readonly string[]
  readonly #counts: LeftCounts
  /** Records of rejected rows that have not left. */
  readonly #held = new Map<RowId, (() => void)[]>()
  /** Records of what the source could not read, with the number of rows before each. */
  #heldUnread: { readonly after: number; readonly record: () => void }[] = []
  #outputs: CommittedOutputs = { file: undefined, sinks: [], replayed: [] }
  #partitions: number
  #committedRows: number
  #isLate = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: StageCommitsOptions) {
    const { stage, progress, verifies } = options
    this.#options = options
    this.#input = new InputTracker(verifies, progress?.input)
    this.#steps = stage.input === 'source' ? ['source', ...stage.steps] : stage.steps
    this.#counts = new LeftCounts(this.#steps, progress)
    this.#partitions = progress?.partitions ?? 0
    this.#committedRows = this.#counts.rows
  }

  /** Whether a resumed run can go on behind a partition. */
  get hasCommitted(): boolean {
    return this.#partitions > 0
  }

  begin(outputs: CommittedOutputs): void {
    this.#outputs = outputs
    this.#startTimer()
  }

  /** Takes a batch that is read. Call it after its unreadable records were held. */
  read(batch: SourceBatch): void {
    this.#input.read(batch)
  }

  /** Holds the record of something that the source could not read. @param after The rows of its batch before it. */
  holdUnread(after: number, record: () => void): void {
    this.#heldUnread.push({ after: this.#input.rows + after, record })
  }

  /** Holds the record of a rejected row until the row leaves. */
  hold(id: RowId, record: () => void): void {
    const held = this.#held.get(id)
    if (held === undefined) this.#held.set(id, [record])
    else held.push(record)
  }

  /** Counts rows that the step file refused. */
  refused(step: string, rows: number): void {
    this.#counts.refused(step, rows)
  }

  /** Takes a record that leaves the window. */
  left(entry: Entry): void {
    this.#counts.left(entry)
    if (this.#heldUnread.length > 0) this.#recordUnread(this.#counts.rows)
    if (this.#held.size > 0) this.#recordLeaf(entry)
    this.#options.context.usage.left(entry)
    this.#options.context.ledger?.left(entry)
  }

  readonly isDue = (): boolean => {
    const rows = this.#counts.rows - this.#committedRows
    return rows > 0 && (this.#isLate || rows >= partitionSize().rows)
  }

  async commit(): Promise<void> {
    const { context, durable, stage, stored } = this.#options
    const { file, sinks, replayed } = this.#outputs
    this.#committedRows = this.#counts.rows
    this.#startTimer()
    for (const { settleRefused } of sinks) await settleRefused()
    const input = this.#input.at(this.#counts.rows)
    // A sink that gets its rows again refuses them again: they must not be on record then.
    const hasRefused = replayed.some((id) => (context.counters.get(id)?.rejected ?? 0) > 0)
    if (input === undefined || hasRefused || (await stored?.sync()) === false) return
    context.ledger?.flush()
    const [end, points] = await Promise.all([
      file?.checkpoint(),
      Promise.all(sinks.map(({ writer }) => writer.checkpoint?.())),
      context.ledger?.syncBlocks(),
      context.journal.syncRejects(),
    ])
    if (points.some((point) => point === undefined)) return
    failpoint('partition-synced')
    durable.lease.assertHeld()
    const steps = [...this.#steps, ...sinks.map(({ id }) => id)]
    const progress: StageProgress = {
      parts: durable.partsOf(stage.index),
      partitions: ++this.#partitions,
      input,
      ...(end === undefined ? {} : { file: end }),
      sinks: Object.fromEntries(sinks.map((sink, index) => [sink.id, this.#progressOf(sink, points[index])])),
      counts: this.#allCounts(input.records - input.rows),
      rejects: context.journal.tallies(steps),
      ledger: context.ledger?.blocksOf(stage.index) ?? noBlocks,
      usage: context.usage.unrecorded(steps),
      samples: context.samples?.saved,
    }
    const folder = stageFolder(context.folder.path, stage)
    const settling = sinks.flatMap(({ id }, index) => {
      const point = points[index]
      return point?.settle === undefined ? [] : [{ id, point }]
    })
    if (settling.length === 0) await writeProgress(folder, progress)
    else {
      // The transaction decides whether the partition counts.
      await prepareProgress(folder, progress)
      for (const { id, point } of settling) await context.outputs.settle(id, point)
      failpoint('partition-settled')
      await adoptProgress(folder)
    }
    for (const { id } of sinks) context.outputs.keep(id)
  }

  #progressOf({ id, sink, writer }: CommittedSink, point: SinkCheckpoint | undefined): SinkProgress {
    const rows = writer.rowsWritten ?? this.#options.context.counters.get(id)?.rowsOut ?? 0
    return { sink, rows, state: point?.state }
  }

  /** Records what is still held, when no row leaves any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#recordUnread(Number.POSITIVE_INFINITY)
    for (const records of this.#held.values()) for (const record of records) record()
    this.#held.clear()
  }

  #startTimer(): void {
    clearTimeout(this.#timer)
    this.#isLate = false
    this.#timer = setTimeout(() => {
      this.#isLate = true
    }, partitionSize().milliseconds).unref()
  }

  #recordUnread(rows: number): void {
    const due = this.#heldUnread.filter(({ after }) => after < rows)
    if (due.length === 0) return
    this.#heldUnread = this.#heldUnread.filter(({ after }) => after >= rows)
    for (const { record } of due) record()
  }

  #recordLeaf({ id, children }: Leaf): void {
    const held = this.#held.get(id)
    if (held !== undefined) {
      this.#held.delete(id)
      for (const record of held) record()
    }
    for (const child of children ?? []) this.#recordLeaf(child)
  }

  #allCounts(unread: number): StageProgress['counts'] {
    const { counters } = this.#options.context
    const sinks = this.#outputs.sinks.map(({ id }) => [id, counters.get(id)?.snapshot()] as const)
    return {
      ...this.#counts.counts(unread),
      ...Object.fromEntries(sinks.flatMap(([id, counts]) => (counts === undefined ? [] : [[id, counts]]))),
    }
  }
}
