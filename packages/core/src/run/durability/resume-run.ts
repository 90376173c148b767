import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PlannedStage } from '../../contracts/plan.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import { settlesPartitions } from '../../pipeline/compile/sink-resumption.js'
import type { CallFact } from '../ledger/facts.js'
import { ledgerFile } from '../ledger/run-ledger.js'
import type { Run } from '../run.js'
import type { RunContext } from '../run-context.js'
import { sourceChecks } from '../source/checked-source.js'
import { continuedReading } from '../source/continued-reading.js'
import { identifyInput, identifyOthers } from '../source/identify-input.js'
import { openSource } from '../source/open-source.js'
import type { OpenedSource } from '../source/read-source.js'
import type { RejectTally } from '../state/journal.js'
import { stageFolder } from '../state/stage-files.js'
import { decideStages, type StageDecision } from './decide-stages.js'
import type { DurableRun } from './durable-run.js'
import { beginsAlike } from './input-position.js'
import { keepLedger, noBlocks } from './kept-ledger.js'
import { keepRejects } from './kept-rejects.js'
import { readRunState } from './run-state.js'
import { fingerprintStages, identifySink } from './stage-fingerprint.js'
import {
  adoptProgress,
  dropProgress,
  forgetPrepared,
  preparedProgress,
  type SinkProgress,
  type StageProgress,
  savedProgress,
} from './stage-progress.js'
import { dropReceipt, type StageReceipt, writeReceipt } from './stage-receipts.js'

/** What a resumed run takes over from the processes before. */
export interface RestoredStages {
  /** The stages that need not run again. */
  readonly finished: ReadonlyMap<number, StageReceipt>
  /** The stages that go on. */
  readonly begun: ReadonlyMap<number, StageProgress>
}

/**
 * Finds out which stages of a run are done or begun, and restores what they left behind: their rejected rows, counts, and
 * usage.
 */
export async function restoreStages(run: Run, durable: DurableRun, reader: OpenedSource): Promise<RestoredStages> {
  const { context, compiled, options } = run
  const { path } = context.folder
  const { stages } = compiled.plan
  const parts = fingerprintStages(compiled, {
    input: await identifyInput(compiled.source.node, reader, comparesAll(run)),
    others: await identifyOthers(compiled, comparesAll(run)),
    limit: context.limit,
    describeServing: context.describeServing,
  })
  durable.identify(parts)
  if (options.resume === undefined) return { finished: new Map(), begun: new Map() }
  await settlePrepared(run)
  const decisions: StageDecision[] = []
  for (const decision of await decideStages(path, stages, parts, options.resume)) {
    const { progress } = decision
    const stage = stages[decision.stage] as PlannedStage
    const reason = progress === undefined ? undefined : await whyNotBehind(progress, stage, run, reader)
    const { progress: _, ...others } = decision
    decisions.push(reason === undefined ? decision : { ...others, reason })
  }
  options.onResume?.(decisions)
  const lost = decisions.find(({ losesEdits }) => losesEdits === true)
  if (lost !== undefined) {
    const step = stages[lost.stage]?.steps.at(-1) ?? lost.name
    throw maestroError('MAESTRO_RUN_EDITS_LOST', { run: context.folder.runId, step, reason: lost.reason ?? '' })
  }
  // What a refused run has left stays, so that it can go on when the change is taken back.
  for (const { stage, receipt, progress } of decisions)
    for (const sink of receipt === undefined && progress === undefined ? (stages[stage]?.sinks ?? []) : [])
      await context.outputs.assertUnsettled(compiled.sinks.get(sink) as CompiledSink)
  const finished = new Map<number, StageReceipt>()
  const begun = new Map<number, StageProgress>()
  for (const { stage: index, receipt, progress, reason } of decisions) {
    const stage = stages[index] as PlannedStage
    if (receipt !== undefined) finished.set(index, await behindCommitted(receipt, run))
    else await dropReceipt(stageFolder(path, stage))
    if (progress !== undefined) begun.set(index, progress)
    else await dropProgress(stageFolder(path, stage))
    if (reason !== undefined) context.journal.event({ event: 'stage-redone', stage: index, name: stage.name, reason })
  }
  const kept = [...finished, ...begun]
  await restoreRejects(
    run,
    kept.map(([, { rejects }]) => rejects),
  )
  const blocks = new Map(kept.map(([index, { ledger }]) => [index, ledger]))
  await keepLedger(join(path, ledgerFile), blocks, (id, fact) => {
    context.ledger?.restoreDrop(id, fact)
    if (fact.kind === 'called' && fact.key !== undefined && isPaid(fact)) durable.calls.settle(fact.key)
  })
  context.ledger?.reopen(blocks)
  for (const [, { counts }] of kept) restoreCounts(counts, context)
  // Without a file, no output gets the committed rows again.
  for (const [, { samples, file }] of begun)
    if (samples !== undefined) context.samples?.restore(samples, file === undefined)
  restoreUsage(run, durable, { finished, begun })
  await rm(join(path, 'report.json'), { force: true })
  return { finished, begun }
}

/** Finds out whether the last partitions count that sinks were committing in transactions of their own. */
async function settlePrepared({ context, compiled }: Run): Promise<void> {
  const { path, runId } = context.folder
  for (const stage of compiled.plan.stages) {
    const folder = stageFolder(path, stage)
    const prepared = preparedProgress(folder)
    const settling = stage.sinks.flatMap((id) => compiled.sinks.get(id) ?? []).find(settlesPartitions)
    const known = settling === undefined ? undefined : prepared?.sinks[settling.node.id]
    if (settling !== undefined && known?.sink === identifySink(settling)) {
      const { definition, options, node } = settling
      const at = await definition.findCheckpoint?.(options, context.storage, { run: runId, sink: node.id })
      if (isDeepStrictEqual(at, known.state)) await adoptProgress(folder)
    }
    await forgetPrepared(folder)
  }
}

/** Opens the sinks of a finished stage that have committed a part of its rows in transactions of their own. */
async function behindCommitted(receipt: StageReceipt, { context, compiled }: Run): Promise<StageReceipt> {
  const begun: Record<string, SinkProgress> = {}
  for (const [id, known] of Object.entries(receipt.sinks ?? {})) {
    const sink = compiled.sinks.get(id)
    if (sink === undefined || known.sink !== identifySink(sink)) continue
    await context.outputs.continue(sink, known, context.lease.mayBeShared)
    begun[id] = known
  }
  return { ...receipt, sinks: begun }
}

/** Opens what a begun stage goes on with. @returns why it cannot go on */
async function whyNotBehind(
  progress: StageProgress,
  stage: PlannedStage,
  { context, compiled }: Run,
  reader: OpenedSource,
): Promise<string | undefined> {
  const reading = stage.input === 'source' ? continuedReading(compiled.source.node, reader) : 'identified'
  if (reading === 'impossible') return 'its input can be read only once'
  if (reading === 'stored' && !(await reader.stored?.givesAgain(progress.input.records)))
    return 'its input begins with other rows'
  if (reading === 'compared') {
    // The rows that are compared are read once more afterwards, like those of an undisturbed run.
    const again = await openSource(compiled, context.storage)
    if (!(await beginsAlike(sourceChecks(context).checked(again.read()), progress.input)))
      return 'its input begins with other rows'
  }
  for (const id of stage.sinks) {
    const known = progress.sinks[id]
    if (known === undefined && progress.file === undefined) return `the sink ${id} is new`
    if (known !== undefined && known.sink !== identifySink(compiled.sinks.get(id) as CompiledSink))
      return `the sink ${id} changed`
  }
  // Nothing is opened before all of them fit: a stage that runs again gives each of them all rows.
  for (const id of stage.sinks) {
    const known = progress.sinks[id]
    try {
      if (known !== undefined)
        await context.outputs.continue(compiled.sinks.get(id) as CompiledSink, known, context.lease.mayBeShared)
    } catch (error) {
      for (const opened of stage.sinks) await context.outputs.restart(opened)
      if (!MaestroError.is(error, 'MAESTRO_RUN_OUTPUT_LOST')) throw error
      return `the rows of the sink ${id} are damaged`
    }
  }
  return undefined
}

/** Whether the run compares the whole content of its input. */
const comparesAll = ({ context }: Run): boolean => readRunState(context.folder.path).fullHash ?? false

/**
 * Writes the receipt of a stage that has finished. A stage whose input has changed in the meantime gets none, and neither
 * does one whose sinks have refused rows: they have to refuse them again.
 */
export async function recordStage(
  stage: PlannedStage,
  file: string,
  run: Run,
  durable: DurableRun,
  reader: OpenedSource,
): Promise<void> {
  const { context, compiled, usage } = run
  const steps = stage.input === 'source' ? ['source', ...stage.steps] : stage.steps
  if (stage.input === 'source') {
    const input = await identifyInput(compiled.source.node, reader, comparesAll(run))
    const before = durable.partsOf(stage.index)
    if (Object.entries(input ?? {}).some(([name, part]) => before[name] !== part)) return
  }
  if (stage.sinks.some((sink) => (context.counters.get(sink)?.rejected ?? 0) > 0)) return
  const counts = steps.map((step) => [step, counterOf(step, context)?.snapshot()] as const)
  context.journal.sync()
  context.ledger?.sync()
  durable.lease.assertHeld()
  const folder = stageFolder(context.folder.path, stage)
  await writeReceipt(folder, {
    parts: durable.partsOf(stage.index),
    file,
    counts: Object.fromEntries(counts.flatMap(([step, count]) => (count === undefined ? [] : [[step, count]]))),
    rejects: context.journal.tallies(steps),
    ledger: context.ledger?.blocksOf(stage.index) ?? noBlocks,
    usage: usage.list(steps),
    sinks: await settledSinks(stage, folder, run),
  })
  await dropProgress(folder)
}

/** The sinks of a stage that have committed partitions in transactions of their own. */
async function settledSinks(stage: PlannedStage, folder: string, { compiled }: Run): Promise<StageReceipt['sinks']> {
  const settling = stage.sinks.flatMap((id) => compiled.sinks.get(id) ?? []).filter(settlesPartitions)
  if (settling.length === 0) return undefined
  const progress = savedProgress(folder)
  return Object.fromEntries(
    settling.flatMap(({ node: { id } }) => (progress?.sinks[id] === undefined ? [] : [[id, progress.sinks[id]]])),
  )
}

/** Whether a row has used an answer first. */
const isPaid = ({ from, error }: CallFact): boolean => error === undefined && from !== 'cache' && from !== 'joined'

const counterOf = (step: string, context: RunContext) =>
  step === 'source' ? context.sourceCounter : context.counters.get(step)

async function restoreRejects(
  { context, compiled, rejects, restoredReject }: Run,
  tallies: readonly Readonly<Record<string, RejectTally>>[],
) {
  const steps = new Map(tallies.flatMap((tally) => Object.entries(tally).map(([step, { rows }]) => [step, rows])))
  await keepRejects(join(context.folder.path, 'rejects.jsonl'), steps, (line, error, text) => {
    context.journal.restored(line.step, text)
    context.incremental?.rejected(line.id)
    if (compiled.sinks.has(line.step)) context.outputs.refused(line.step, line)
    rejects.add(line.step, line.id, error)
    context.rejects.restore()
    context.rejectedBefore?.add({ rowId: line.id, row: line.row, error })
    restoredReject(error)
  })
}

function restoreCounts(counts: StageReceipt['counts'], context: RunContext): void {
  for (const [step, count] of Object.entries(counts)) {
    counterOf(step, context)?.restore(count)
    context.ledger?.restore(step, count)
  }
}

/** The usage of finished stages is that of their receipts; that of the others is what the record of calls says. */
function restoreUsage({ context, usage }: Run, durable: DurableRun, { finished, begun }: RestoredStages): void {
  const { stages } = context.compiled.plan
  const steps = new Set([...finished.keys()].flatMap((stage) => stages[stage]?.steps ?? []))
  for (const receipt of finished.values()) for (const used of receipt.usage) usage.add(used)
  for (const progress of begun.values()) for (const used of progress.usage) usage.restoreUnrecorded(used)
  for (const spent of durable.calls.spentBefore) {
    if (!steps.has(spent.step)) usage.add(spent)
    context.restoreSpending(context.folder.runId, spent)
  }
}
