import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedStage } from '../../contracts/plan.js'
import type { SourceReader } from '../../contracts/storage.js'
import { ledgerFile } from '../ledger/run-ledger.js'
import type { Run } from '../run.js'
import type { RunContext } from '../run-context.js'
import { identifyInput, identifyOthers } from '../source/identify-input.js'
import { stageFolder } from '../state/stage-files.js'
import { type DurableRun, decideStages, type StageDecision } from './durable-run.js'
import { keepLedger, noBlocks, tallyLedger } from './kept-ledger.js'
import { keepRejects } from './kept-rejects.js'
import { fingerprintStages } from './stage-fingerprint.js'
import { dropReceipt, type StageReceipt, writeReceipt } from './stage-receipts.js'

/**
 * Finds out which stages of a run are done, and restores what they left behind: their rejected rows, counts, and usage.
 *
 * @returns the receipts of the stages that need not run again
 */
export async function restoreStages(
  run: Run,
  durable: DurableRun,
  reader: SourceReader,
): Promise<ReadonlyMap<number, StageReceipt>> {
  const { context, compiled, options } = run
  const { path } = context.folder
  const { stages } = compiled.plan
  const parts = fingerprintStages(compiled, {
    input: await identifyInput(compiled.source.node, reader, options.resume?.fullHash ?? false),
    others: await identifyOthers(compiled, options.resume?.fullHash ?? false),
    limit: context.limit,
    describeServing: context.describeServing,
  })
  durable.identify(parts)
  if (options.resume === undefined) return new Map()
  const decisions = await decideStages(path, stages, parts, options.resume)
  options.onResume?.(decisions)
  const receipts = new Map<number, StageReceipt>()
  for (const { stage: index, receipt, reason } of decisions) {
    const stage = stages[index] as PlannedStage
    if (receipt !== undefined) receipts.set(index, receipt)
    else await dropReceipt(stageFolder(path, stage))
    if (reason !== undefined) context.journal.event({ event: 'stage-redone', stage: index, name: stage.name, reason })
  }
  await restoreRejects(run, [...receipts.values()])
  await keepLedger(join(path, ledgerFile), new Set(receipts.keys()))
  context.ledger?.reopen()
  for (const receipt of receipts.values()) restoreCounts(receipt, context)
  restoreUsage(run, durable, decisions, receipts)
  await rm(join(path, 'report.json'), { force: true })
  return receipts
}

/**
 * Writes the receipt of a stage that has finished. A stage whose input has changed in the meantime gets none, and neither
 * does one whose sinks have refused rows: they have to refuse them again.
 */
export async function recordStage(
  stage: PlannedStage,
  file: string,
  run: Run,
  durable: DurableRun,
  reader: SourceReader,
): Promise<void> {
  const { context, compiled, usage } = run
  const steps = stage.input === 'source' ? ['source', ...stage.steps] : stage.steps
  if (stage.input === 'source') {
    const { fullHash = false } = run.options.resume ?? {}
    const input = await identifyInput(compiled.source.node, reader, fullHash)
    const before = durable.partsOf(stage.index)
    if (Object.entries(input ?? {}).some(([name, part]) => before[name] !== part)) return
  }
  if (stage.sinks.some((sink) => (context.counters.get(sink)?.rejected ?? 0) > 0)) return
  const counts = steps.map((step) => [step, counterOf(step, context)?.snapshot()] as const)
  context.journal.sync()
  context.ledger?.sync()
  durable.lease.assertHeld()
  await writeReceipt(stageFolder(context.folder.path, stage), {
    parts: durable.partsOf(stage.index),
    file,
    counts: Object.fromEntries(counts.flatMap(([step, count]) => (count === undefined ? [] : [[step, count]]))),
    rejects: context.journal.tallies(steps),
    ledger: tallyLedger(join(context.folder.path, ledgerFile)).get(stage.index) ?? noBlocks,
    usage: usage.list(steps),
  })
}

const counterOf = (step: string, context: RunContext) =>
  step === 'source' ? context.sourceCounter : context.counters.get(step)

async function restoreRejects({ context, rejects, restoredReject }: Run, receipts: readonly StageReceipt[]) {
  const steps = new Set(receipts.flatMap((receipt) => Object.keys(receipt.rejects)))
  await keepRejects(join(context.folder.path, 'rejects.jsonl'), steps, (line, error, text) => {
    context.journal.restored(line.step, text)
    rejects.add(line.step, line.id, error)
    context.rejects.restore()
    context.rejectedBefore?.add({ rowId: line.id, row: line.row, error })
    restoredReject(error)
  })
}

function restoreCounts({ counts }: StageReceipt, context: RunContext): void {
  for (const [step, count] of Object.entries(counts)) {
    counterOf(step, context)?.restore(count)
    context.ledger?.restore(step, count)
  }
}

/** The usage of finished stages is that of their receipts; that of the others is what the record of calls says. */
function restoreUsage(
  { context, usage }: Run,
  durable: DurableRun,
  decisions: readonly StageDecision[],
  receipts: ReadonlyMap<number, StageReceipt>,
): void {
  const { stages } = context.compiled.plan
  const finished = new Set(
    decisions.flatMap(({ stage, receipt }) => (receipt === undefined ? [] : (stages[stage]?.steps ?? []))),
  )
  for (const receipt of receipts.values()) for (const used of receipt.usage) usage.add(used)
  for (const spent of durable.calls.spentBefore) {
    if (!finished.has(spent.step)) usage.add(spent)
    context.restoreSpending(context.folder.runId, spent)
  }
}
