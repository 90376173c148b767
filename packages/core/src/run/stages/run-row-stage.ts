import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf } from '../../contracts/byte-size.js'
import type { PlannedStage } from '../../contracts/plan.js'
import type { Batch } from '../../contracts/row.js'
import type { RefusedRow } from '../../contracts/sink.js'
import type { SourceBatch } from '../../contracts/source.js'
import type { CompiledSink, CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { RefusedRows } from '../checks/refused-rows.js'
import { deepCopy } from '../checks/row-copy.js'
import { soundRefusals } from '../checks/sound-writer.js'
import { identifySink } from '../durability/stage-fingerprint.js'
import { partialFile, type StageProgress } from '../durability/stage-progress.js'
import type { StagePass } from '../ledger/block-start.js'
import { StepCounter } from '../report/step-counter.js'
import type { RunContext } from '../run-context.js'
import { type RowOutput, sinkErrors, writeWithRejects } from '../run-outputs.js'
import { estimateBytes } from '../source/read-source.js'
import { partitionFile } from '../state/stage-files.js'
import { readStepFile, StepFileWriter } from '../state/step-file.js'
import { RowStream } from '../stream/row-stream.js'
import type { StepBase } from '../stream/step-base.js'
import { untilStopped } from '../stream/until-stopped.js'
import { openChain } from '../workers/open-chain.js'
import type { CommittedSink, StageCommits } from './stage-commits.js'

/** The input of a row stage and the destinations of its rows. */
export interface RowStageRun {
  readonly stage: PlannedStage
  readonly partition: number
  readonly input: AsyncIterable<SourceBatch>
  /** The steps to run; empty for a stage that only passes rows on. */
  readonly steps: readonly CompiledStep[]
  readonly sinks: readonly CompiledSink[]
  /** Whether to keep the rows as a step file for later stages. */
  readonly materialize: boolean
  /** Further consumers, such as an iteration in code. */
  readonly outputs: readonly RowOutput[]
  /** Commits the partitions of the stage, if it can go on behind them. */
  readonly commits?: StageCommits | undefined
  /** What an earlier process of the run has committed. */
  readonly progress?: StageProgress | undefined
  /** For the rows of a finished stage: the number of first rows that a sink has committed already. */
  readonly held?: ReadonlyMap<string, number>
}

/** Runs one partition of a row stage: input, chain, outputs. @returns the number of rows that came out */
export async function runRowStage(run: RowStageRun, context: RunContext): Promise<number> {
  const { stage, commits, progress } = run
  const chain = await openChain(stage.index, run.steps, context)
  const { steps } = chain
  const useOf = (id: string) => context.compiled.steps.get(id)?.planned.use ?? id
  let stepFile: StepFileWriter | undefined
  let stream: RowStream | undefined
  let rowsOut = 0
  const { ledger, usage } = context
  const path = partitionFile(context.folder.path, stage, run.partition)
  ledger?.begin(stage.index, passOf(run), stage.kind === 'rows' ? stage.steps : [])
  try {
    const sinks: OpenSink[] = []
    for (const sink of run.sinks) sinks.push(await openSink(sink, run, context))
    const replayed = [...run.outputs, ...sinks.filter(({ committed }) => committed === undefined)]
    const outputs: readonly RowOutput[] = [...run.outputs, ...sinks]
    if (run.materialize || (commits !== undefined && replayed.length > 0))
      stepFile = await openStepFile(path, progress, context)
    const kept = stepFile === undefined ? undefined : keepRows(stepFile, stage, steps.at(-1), context, commits)
    commits?.begin({
      file: stepFile,
      sinks: sinks.flatMap(({ committed }) => committed ?? []),
      replayed: sinks.flatMap(({ id, committed }) => (committed === undefined ? [id] : [])),
    })
    if (progress?.file !== undefined) rowsOut += await replay(path, progress.file.bytes, replayed, run, context)
    stream = new RowStream({
      steps: chain.links,
      rowsInFlight: chain.rowsInFlight,
      bytesInFlight: bytesOf(context.settings.bytesInFlight ?? '64MiB'),
      spillPath: join(context.folder.path, `spill-${stage.index}-${run.partition}.jsonl`),
      run: context.folder.runId,
      params: context.compiled.definition.params,
      signal: context.signal,
      trace: context.trace ?? context.samples?.step,
      left:
        commits === undefined
          ? (entry) => {
              usage.left(entry)
              ledger?.left(entry)
            }
          : (entry) => commits.left(entry),
      partitions: commits,
      reject: (step, id, row, error) =>
        context.reject(
          { step: step.id, use: useOf(step.id), stage: stage.index },
          step.counter,
          { id, row, error },
          commits && ((record) => commits.hold(id, record)),
        ),
      emit: (ids, rows) => {
        rowsOut += rows.length
        announce(context, stage, steps)
        if (run.sinks.length > 0) context.samples?.output(ids, rows)
        return kept === undefined
          ? writeAll(outputs, { ids, rows })
          : kept({ ids, rows }).then((batch) => writeAll(outputs, batch))
      },
    })
    for await (const batch of untilStopped(run.input, stream.signal)) {
      const full = stream.feed(batch.ids, batch.rows, batch.bytes ?? estimateBytes(batch))
      if (full !== undefined) await full
    }
    await stream.finish()
    commits?.end()
    for (const output of outputs) await output.finish?.()
    // Without a reader among the later stages, the file serves only a resumption.
    if (run.materialize) await stepFile?.commit()
    else await stepFile?.suspend()
  } catch (error) {
    await stream?.dispose()
    commits?.end()
    await (commits?.hasCommitted === true ? stepFile?.suspend() : stepFile?.abort())
    await chain.dispose()
    throw error
  }
  await stream.dispose()
  await chain.dispose()
  ledger?.finish()
  announce(context, stage, steps)
  return rowsOut
}

/** Opens the file that keeps the rows of a stage, behind those that an earlier process of the run has committed. */
async function openStepFile(
  path: string,
  progress: StageProgress | undefined,
  { lease }: RunContext,
): Promise<StepFileWriter> {
  // An earlier process of the run that still has the file open keeps a file without a name.
  if (progress?.file === undefined && lease.mayBeShared) await rm(partialFile(path), { force: true })
  if (progress?.file === undefined) return StepFileWriter.open(path)
  return StepFileWriter.continue(path, progress.file, lease.mayBeShared)
}

/** Gives the committed rows to the outputs that have not kept them. @returns their number */
async function replay(
  path: string,
  bytes: number,
  outputs: readonly RowOutput[],
  { sinks }: RowStageRun,
  context: RunContext,
): Promise<number> {
  let rows = 0
  for await (const batch of readStepFile(partialFile(path), { bytes })) {
    context.signal.throwIfAborted()
    rows += batch.rows.length
    if (sinks.length > 0) context.samples?.output(batch.ids, batch.rows)
    await writeAll(outputs, batch)
  }
  return rows
}

/** A step over a whole table has its rows pass twice: into the file that it reads, and from the file that it wrote. */
function passOf({ stage, materialize }: RowStageRun): StagePass {
  if (stage.kind === 'rows') return 'rows'
  return materialize ? 'input' : 'output'
}

/** The counter of a step. */
export function counterOf(context: RunContext, step: string): StepCounter {
  return context.counters.get(step) ?? new StepCounter()
}

function announce(
  context: RunContext,
  stage: PlannedStage,
  steps: readonly { readonly id: string; readonly counter: StepCounter }[],
): void {
  if (!context.hooks.batchDone.isUsed()) return
  for (const { id, counter } of steps) {
    context.hooks.batchDone.call({
      runId: context.folder.runId,
      step: id,
      stage: stage.index,
      counts: counter.snapshot(),
    })
  }
}

function writeAll(outputs: readonly RowOutput[], batch: Batch): void | Promise<void> {
  let waiting: Promise<void>[] | undefined
  for (const [index, output] of outputs.entries()) {
    // An output must not change the rows of the others. Only the last one may have the rows themselves.
    const own = index === outputs.length - 1 ? batch : { ids: batch.ids, rows: batch.rows.map(deepCopy) }
    const result = output.write(own)
    if (result === undefined) continue
    waiting ??= []
    waiting.push(result)
  }
  if (waiting !== undefined) return Promise.all(waiting).then(() => undefined)
}

/** A sink as an output of a stage. */
interface OpenSink extends RowOutput {
  readonly id: string
  /** Set if the sink takes part in the commits of the stage. */
  readonly committed: CommittedSink | undefined
}

/** Opens a sink as an output. Rows that it refuses are rejected rows of the sink. */
async function openSink(
  sink: CompiledSink,
  { stage, progress, held }: RowStageRun,
  context: RunContext,
): Promise<OpenSink> {
  const writer = await context.outputs.open(sink)
  // A sink that has no part in what was committed gets the rows again.
  const goesOn = writer.checkpoint !== undefined && (progress === undefined || sink.node.id in progress.sinks)
  const counter = counterOf(context, sink.node.id)
  const place = { step: sink.node.id, use: sink.node.use, stage: stage.index }
  const reject = (rows: readonly RefusedRow[]) => {
    for (const row of rows) rejectRow(row, place, counter, context.settings.onError, context)
  }
  const refusesLate = writer.refused !== undefined || writer.refusedAtEnd !== undefined
  const checks = refusesLate ? new RefusedRows({ sink: place.step, use: place.use }) : undefined
  /** Rows that counted as written and were refused later. */
  const rejectLate = async (find: () => unknown) => {
    const rows = await sinkErrors(place.step, place.use, async () =>
      soundRefusals(place.step, place.use, (await find()) ?? []),
    )
    checks?.assert(rows)
    counter.rowsOut -= rows.length
    reject(rows)
  }
  let holds = held?.get(sink.node.id) ?? 0
  return {
    id: sink.node.id,
    committed: goesOn
      ? {
          id: sink.node.id,
          sink: identifySink(sink),
          writer,
          settleRefused: () => rejectLate(() => writer.refused?.(true)),
        }
      : undefined,
    async write(all) {
      const known = Math.min(holds, all.rows.length)
      holds -= known
      counter.add({ rowsIn: known, rowsOut: known })
      const batch = known === 0 ? all : { ids: all.ids.slice(known), rows: all.rows.slice(known) }
      const { written, refused } = await sinkErrors(place.step, place.use, () => writeWithRejects(writer, batch))
      counter.add({ rowsIn: batch.rows.length, rowsOut: written.rows.length })
      checks?.given(written.ids)
      reject(refused)
      if (writer.refused !== undefined) await rejectLate(() => writer.refused?.(false))
    },
    async finish() {
      await rejectLate(() => writer.refused?.(true))
      await rejectLate(() => writer.refusedAtEnd?.())
    },
  }
}

/**
 * Writes rows to the step file. A row that no file can hold becomes a rejected row of the step that made it, or of the
 * source, and reaches no other output.
 *
 * @returns a function that writes a batch and returns the rows that were written
 */
function keepRows(
  file: StepFileWriter,
  stage: PlannedStage,
  last: StepBase | undefined,
  context: RunContext,
  commits: StageCommits | undefined,
): (batch: Batch) => Promise<Batch> {
  const step = last?.id ?? 'source'
  const counter = last?.counter ?? context.sourceCounter
  const use = context.compiled.steps.get(step)?.planned.use ?? context.compiled.plan.source.use
  return async (batch) => {
    const { written, refused } = await writeWithRejects(file, batch)
    counter.rowsOut -= refused.length
    commits?.refused(step, refused.length)
    const onError = last?.onError ?? context.settings.onError
    for (const row of refused) rejectRow(row, { step, use, stage: stage.index }, counter, onError, context)
    return written
  }
}

function rejectRow(
  row: Parameters<RunContext['reject']>[2],
  place: Parameters<RunContext['reject']>[0],
  counter: StepCounter,
  onError: 'reject' | 'fail' | undefined,
  context: RunContext,
): void {
  counter.begin(row.id)
  counter.fail(row.id)
  row.error.at({ step: place.step, rowId: row.id })
  if (onError === 'fail') throw row.error
  context.reject(place, counter, row)
}
