import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { IncrementalReport } from '../../contracts/incremental.js'
import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { RowId } from '../../contracts/row.js'
import type { SinkContinuation, SinkWriter } from '../../contracts/sink.js'
import type { StorageContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline, CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import { describeOptions } from '../../pipeline/compile/describe-options.js'
import { fingerprintStages, hashOf } from '../durability/stage-fingerprint.js'
import type { RunEnvironment } from '../run-environment.js'
import { identifyOthers } from '../source/identify-input.js'
import { openSource } from '../source/open-source.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'
import { type AskedIncremental, askedSettings, unfit } from './asked-settings.js'
import { compareRows, type FoundRows } from './changed-rows.js'
import { lastRunPath, type RowsHeader, readRows, writeRows } from './last-run.js'
import { openMerging } from './merging-writer.js'
import { processingOnly } from './processing-source.js'
import { hashOfId } from './row-hashes.js'
import { RowTable, rowFlags, textOfId } from './row-table.js'

const { known, present, processed, failed } = rowFlags

/** What a run compares its input with, and what it has found. It is kept in the run folder. */
interface Comparison extends RowsHeader {
  readonly found: FoundRows
  readonly since: string | undefined
  readonly reason: string | undefined
}

interface BeginOptions {
  readonly folder?: string | undefined
  readonly retryRejects?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

const comparisonFile = 'incremental.rows'

/** A run that processes only the rows of its input that are new or have changed since the last finished run. */
export class IncrementalRun {
  /** The pipeline, whose source gives only these rows. */
  readonly compiled: CompiledPipeline
  readonly #asked: AskedIncremental
  readonly #comparison: Comparison
  readonly #table: RowTable
  readonly #path: string
  readonly #rejected = new Set<string>()

  private constructor(
    compiled: CompiledPipeline,
    asked: AskedIncremental,
    comparison: Comparison,
    table: RowTable,
    path: string,
  ) {
    this.#asked = asked
    this.#comparison = comparison
    this.#table = table
    this.#path = path
    this.compiled = processingOnly(compiled, asked, table, comparison)
  }

  /**
   * Compares the input with the last finished run.
   *
   * @param options.folder The folder of the run, if it is resumed.
   * @param options.retryRejects Whether to try again the rows that the last finished run rejected.
   * @param options.overwrite Whether outputs may be replaced whose rows nobody knows.
   * @throws MAESTRO_INCREMENTAL_UNFIT, MAESTRO_INCREMENTAL_LAST_RUN, and what the source throws
   */
  static begin(
    compiled: CompiledPipeline,
    environment: RunEnvironment,
    { folder, retryRejects = false, overwrite = false, signal = new AbortController().signal }: BeginOptions = {},
  ): Promise<IncrementalRun> {
    const asked = askedSettings(compiled)
    return inTemporaryFolder(async (runDirectory) => {
      const { directory, allowOutside, allowPrivateAddresses, logger, stateDirectory } = environment
      const storage = { directory, allowOutside, allowPrivateAddresses, logger, signal, runDirectory }
      const path = lastRunPath(stateDirectory, incrementalId(compiled.definition))
      const pipeline = await identify(compiled, asked, environment)
      const found = await readRows<RowsHeader>(path)
      if (found === 'damaged' && !overwrite)
        throw maestroError('MAESTRO_INCREMENTAL_LAST_RUN', { pipeline: compiled.definition.name, path })
      const last = found === 'damaged' ? undefined : found
      const kept = folder === undefined ? undefined : await readRows<Comparison>(join(folder, comparisonFile))
      if (kept !== 'damaged' && kept?.header.pipeline === pipeline && kept.header.run === (last?.header.run ?? ''))
        return new IncrementalRun(compiled, asked, kept.header, kept.rows, path)
      const missing = await missingOutput(compiled, storage)
      const base = missing === undefined ? last : undefined
      const isAlike = base?.header.pipeline === pipeline
      const reason =
        last === undefined
          ? undefined
          : (missing ?? (isAlike ? undefined : 'the steps, the source, or what they depend on changed'))
      const table = base?.rows ?? new RowTable()
      const reader = await openSource(compiled, storage)
      const compared = await compareRows(reader.read(), table, asked, { all: !isAlike, failed: retryRejects })
      const since = isAlike ? base?.header.run : undefined
      const comparison = { run: last?.header.run ?? '', pipeline, found: compared, since, reason }
      return new IncrementalRun(compiled, asked, comparison, table, path)
    })
  }

  /** Keeps the comparison for a process that resumes the run. @throws MAESTRO_RUN_STATE */
  async keep(folder: string): Promise<void> {
    const path = join(folder, comparisonFile)
    if (!existsSync(path))
      await writeRows(
        path,
        this.#comparison,
        this.#table.toBytes((at) => this.#table.flagsAt(at)),
      )
  }

  get report(): IncrementalReport {
    const { added, changed, unchanged, failed: rejected, retried, gone } = this.#comparison.found
    const { since, reason } = this.#comparison
    return {
      added,
      changed,
      unchanged,
      failed: rejected,
      retried,
      gone,
      removed: this.#removes,
      since,
      ...(reason === undefined ? {} : { reason }),
    }
  }

  /** Whether the input has rows that the run does not process. */
  get passesOver(): boolean {
    return this.#comparison.found.unchanged > 0
  }

  /** Whether an earlier run has written the outputs, so that this one may replace them. */
  get continues(): boolean {
    return this.#comparison.run !== ''
  }

  /** Nobody knows the key of a record that cannot be read: while there is one, no row counts as gone. */
  get #removes(): boolean {
    return this.#asked.removed === 'remove' && this.#comparison.found.unread === 0
  }

  /** Notes a row that the run could not process. */
  rejected(id: RowId): void {
    // The row of the source from which it was made has the beginning of its id.
    for (let end = id.length; end > 0; end = id.lastIndexOf('/', end - 1))
      this.#rejected.add(textOfId(hashOfId(id.slice(0, end))))
  }

  /** Opens a sink so that the rows of earlier runs stay in its output. */
  openSink(
    sink: CompiledSink,
    context: StorageContext,
    continues: SinkContinuation | undefined,
    open: (continues: SinkContinuation | undefined) => Promise<SinkWriter> | SinkWriter,
  ): Promise<SinkWriter> {
    const { key } = this.#asked
    const table = this.#table
    const has = (hash: Buffer, mask: number, wanted: number) => {
      const at = table.find(hash)
      return at !== -1 && (table.flagsAt(at) & mask) === wanted
    }
    const isGone = (hash: Buffer) => has(hash, known | present, known)
    const isProcessed = (hash: Buffer) => has(hash, processed, processed)
    const isChanged = (hash: Buffer) => has(hash, known | processed, known | processed)
    const { changed, retried } = this.#comparison.found
    return openMerging(sink, context, continues, open, {
      key,
      continues: this.continues,
      mustExist: this.passesOver,
      stays: (hash) => !isProcessed(hash) && !(this.#removes && isGone(hash)),
      isProcessed,
      removal: this.#removes ? { isGone, isChanged, changed: changed + retried } : undefined,
    })
  }

  /** Notes what the next run need not process. Call it when the outputs are committed. @throws MAESTRO_RUN_STATE */
  async finish(run: string): Promise<void> {
    const table = this.#table
    const isRemoving = this.#asked.removed === 'remove'
    const flagsOf = (at: number) => {
      const flags = table.flagsAt(at)
      // Rows that are to be removed and were not, because a record could not be read, are removed by a later run.
      if ((flags & present) === 0) return isRemoving && !this.#removes ? flags & (known | failed) : undefined
      const hasFailed = (flags & processed) !== 0 ? this.#rejected.has(table.idAt(at)) : (flags & failed) !== 0
      return hasFailed ? known | failed : known
    }
    const header: RowsHeader = { run, pipeline: this.#comparison.pipeline }
    await writeRows(this.#path, header, table.toBytes(flagsOf))
  }
}

/** Forgets the last incremental run of a pipeline, because a run of another kind replaces its outputs. */
export async function forgetIncremental(stateDirectory: string, definition: PipelineDefinition): Promise<void> {
  await rm(lastRunPath(stateDirectory, incrementalId(definition)), { force: true })
}

/** Whether an incremental run of the pipeline has finished, so that its outputs are known. */
export function hasIncremental(stateDirectory: string, definition: PipelineDefinition): boolean {
  return existsSync(lastRunPath(stateDirectory, incrementalId(definition)))
}

/** Identifies the pipeline with its parameters and outputs. */
function incrementalId({ name, params, sinks }: PipelineDefinition): string {
  const outputs = sinks.map(({ use, options }) => [use, describeOptions(options)])
  const id = hash('sha256', JSON.stringify([name, describeOptions(params ?? {}), outputs])).slice(0, 16)
  return `${name.replaceAll(/[^\w-]+/g, '-').slice(0, 60)}-${id}`
}

/** Identifies what the rows of the outputs depend on, apart from the input. */
async function identify(
  compiled: CompiledPipeline,
  { key, compare }: AskedIncremental,
  { describeServing }: RunEnvironment,
): Promise<string> {
  const others = await identifyOthers(compiled, false)
  const stages = fingerprintStages(compiled, { input: undefined, others, limit: undefined, describeServing })
  return hashOf([key, compare ?? null, stages])
}

/** Why all rows have to be processed: an output is missing. @throws MAESTRO_INCREMENTAL_UNFIT for other outputs */
async function missingOutput(compiled: CompiledPipeline, context: StorageContext): Promise<string | undefined> {
  let missing: string | undefined
  for (const { node, definition, options } of compiled.sinks.values()) {
    const output = await definition.mergeable?.(options, context)
    if (output === undefined)
      throw unfit(
        compiled,
        `the output of the sink ${node.id} cannot be merged with new rows`,
        'Use a file, or a table with `mode: "upsert"`.',
      )
    if (!output.exists) missing ??= `the output of the sink ${node.id} is missing`
  }
  return missing
}
