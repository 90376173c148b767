import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PlannedStage } from '../../contracts/plan.js'
import type { SinkWriter } from '../../contracts/sink.js'
import type { ParquetFiles } from '../../contracts/source.js'
import type {
  LeftOutRows,
  TableChainRequest,
  TableCounts,
  TableFile,
  TableParquetRequest,
} from '../../contracts/table-engine.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { tableEngineFor, tableStatements } from '../../pipeline/compile/prepare-table.js'
import { firstRows } from '../record/row-samples.js'
import type { RunContext } from '../run-context.js'
import { partitionFile } from '../state/stage-files.js'
import { readStepFile } from '../state/step-file.js'
import { createStepOperator } from '../stream/create-row-step.js'
import { counterOf } from './run-row-stage.js'
import { assertWork, sumOf, type TableStep } from './table-work.js'

export interface TableStageRun {
  readonly stage: PlannedStage
  readonly steps: readonly CompiledStep[]
  readonly input: readonly TableFile[]
  /** A sink that takes JSON lines as text, if it is the only consumer of the rows. */
  readonly sink: SinkWriter | undefined
}

/**
 * Runs consecutive table steps in the table engine, from files of rows as text to one file. No row becomes a JavaScript
 * object, and an engine that can run the steps at once writes no rows between them.
 *
 * @returns the step file, or undefined when the rows went directly to the sink
 */
export async function runTableStage(run: TableStageRun, context: RunContext): Promise<string | undefined> {
  const { stage } = run
  const direct = run.sink?.jsonLines
  const path = partitionFile(context.folder.path, stage, 0)
  const last: TableFile = direct === undefined ? { path, format: 'step' } : { path: direct.path, format: 'rows' }
  await mkdir(dirname(path), { recursive: true })
  context.ledger?.begin(stage.index, 'output', [])
  const steps: TableStep[] = []
  for (const step of run.steps) steps.push(await openStep(step, context))
  let rows: number
  if (canChain(steps, context)) rows = await runChain(run, steps, last, context)
  else rows = await runEach(run, steps, last, context)
  direct?.written(rows)
  return direct === undefined ? path : undefined
}

async function openStep(step: CompiledStep, context: RunContext): Promise<TableStep> {
  const operator = createStepOperator(step, context)
  const engine = await tableEngineFor(operator, context)
  if (engine === undefined) throw maestroError('MAESTRO_PIPELINE_TABLE_ENGINE', { use: step.planned.use })
  const { id } = step.node
  const statements = tableStatements(id, operator)
  // The plan knows the columns of the statements that it has seen, and no others were checked by the engine.
  if (step.planned.deterministic && step.statements !== undefined && !isDeepStrictEqual(statements, step.statements)) {
    const fault = 'returned other statements for the run than for the plan'
    throw maestroError('MAESTRO_STEP_CONTRACT', { step: id, use: step.planned.use, fault }).at({ step: id })
  }
  return { step, statements, engine }
}

/** Whether one engine runs all steps, each of which is one statement, and nothing needs all rows between them. */
function canChain(steps: readonly TableStep[], { trace }: RunContext): boolean {
  const [first] = steps
  return (
    steps.length > 1 &&
    trace === undefined &&
    first?.engine.executeChain !== undefined &&
    steps.every(({ engine, statements }) => engine === first.engine && statements.length === 1)
  )
}

async function runChain(
  { stage, input }: TableStageRun,
  steps: readonly TableStep[],
  output: TableFile,
  context: RunContext,
): Promise<number> {
  const [first] = steps as readonly [TableStep]
  const request = chainRequest(stage, steps, output, context)
  const announce = announceReading(first.step, stage, context)
  // An engine may still tell what it reads for a later step. The first step has its counts by then.
  let isRead = false
  const counts =
    (await first.engine.executeChain?.({
      ...request,
      input,
      reject: (row, statement) => reject(row, steps[statement] ?? first, stage, context),
      read: announce && ((rows) => void (isRead || announce(rows))),
      progress: (done, statement) => {
        isRead = true
        request.progress?.(done, statement)
      },
    } satisfies TableChainRequest)) ?? []
  await assertWork(steps, input, output, sumOf(counts), context)
  for (const [index, { step }] of steps.entries()) addCounts(step, counts[index], context)
  return counts.at(-1)?.rowsOut ?? 0
}

/** What a request to run steps at once holds, whatever its input is. */
function chainRequest(
  stage: PlannedStage,
  steps: readonly TableStep[],
  output: TableFile,
  context: RunContext,
): Omit<TableParquetRequest, 'input'> {
  const { ledger, samples, signal } = context
  const idOf = (statement: number) => steps[statement]?.step.node.id ?? ''
  return {
    columns: steps[0]?.step.planned.columnsIn ?? { columns: {}, open: true },
    statements: steps.flatMap(({ statements }) => statements),
    output,
    leftOut: ledger && ((rows: LeftOutRows, statement) => ledger.leftOut(idOf(statement), rows)),
    firstRows: samples && {
      rows: firstRows,
      receive: (rows, statement) => {
        for (const { id, row } of rows) samples.step(idOf(statement), id, row)
        // The rows after the last statement go to the output alone.
        if (statement === steps.length - 1)
          samples.output(
            rows.map(({ id }) => id),
            rows.map(({ row }) => row),
          )
      },
    },
    progress: (done, statement) => showProgress(steps[statement], done, stage, context),
    signal,
    directory: dirname(output.path),
  }
}

export interface ParquetStageRun {
  readonly stage: PlannedStage
  readonly steps: readonly CompiledStep[]
  readonly input: ParquetFiles
  /** A sink that may take a Parquet file, if it is the only consumer of the rows. */
  readonly openSink: (() => Promise<SinkWriter>) | undefined
}

/**
 * Runs consecutive table steps over the Parquet files of the source, of which the engine reads only what it needs. If the
 * steps only choose rows and the output is a Parquet file, the engine copies the rows to it.
 *
 * @returns the step file; `sink` if the rows are in the output; undefined if the engine cannot, and the source has to read
 *   the rows
 */
export async function runOnParquet(
  { stage, steps: planned, input, openSink }: ParquetStageRun,
  context: RunContext,
): Promise<string | undefined> {
  const steps: TableStep[] = []
  for (const step of planned) steps.push(await openStep(step, context))
  const [first] = steps
  const isOne = steps.every(({ engine, statements }) => engine === first?.engine && statements.length === 1)
  if (!isOne || first?.engine.executeOnParquet === undefined) return undefined
  const path = partitionFile(context.folder.path, stage, 0)
  await mkdir(dirname(path), { recursive: true })
  const request = chainRequest(stage, steps, { path, format: 'step' }, context)
  context.ledger?.begin(stage.index, 'output', [])
  const parquet = (await openSink?.())?.parquet
  const copied = parquet && (await first.engine.executeOnParquet({ ...request, input, parquet }))
  const counts = copied ?? (await first.engine.executeOnParquet({ ...request, input }))
  if (counts === undefined) return undefined
  if (copied === undefined) await assertWork(steps, [], { path, format: 'step' }, sumOf(counts), context)
  for (const [index, { step }] of steps.entries()) addCounts(step, counts[index], context)
  if (copied === undefined) return path
  parquet?.written(counts.at(-1)?.rowsOut ?? 0)
  return 'sink'
}

/** Runs the steps one after the other, with a step file between two of them. */
async function runEach(
  { stage, input }: TableStageRun,
  steps: readonly TableStep[],
  output: TableFile,
  context: RunContext,
): Promise<number> {
  const { ledger, signal } = context
  let files = input
  let rows = 0
  for (const [index, one] of steps.entries()) {
    const { step, statements, engine } = one
    const isLast = index === steps.length - 1
    const target: TableFile = isLast ? output : { path: `${output.path}.${index}`, format: 'step' }
    const counts = await engine.execute({
      input: files,
      columns: step.planned.columnsIn,
      statements,
      output: target,
      reject: (row) => reject(row, one, stage, context),
      leftOut: ledger && ((left) => ledger.leftOut(step.node.id, left)),
      read: announceReading(step, stage, context),
      signal,
      directory: dirname(output.path),
    })
    await assertWork([one], files, target, counts, context)
    addCounts(step, counts, context)
    rows = counts.rowsOut
    if (!isLast) await showRows(target.path, step, context)
    if (index > 0) for (const { path } of files) await rm(path, { force: true })
    files = [target]
  }
  return rows
}

function reject(
  row: Parameters<TableChainRequest['reject']>[0],
  { step }: TableStep,
  stage: PlannedStage,
  context: RunContext,
): void {
  const { id } = step.node
  row.error.at({ step: id, rowId: row.id })
  counterOf(context, id).rejected++
  if ((step.node.onError ?? context.settings.onError) === 'fail') throw row.error
  // The number of rows that succeed is known only at the end. Until then, the other rows must not count as failed.
  context.reject({ step: id, use: step.planned.use, stage: stage.index }, undefined, row)
}

function addCounts(step: CompiledStep, counts: TableCounts | undefined, context: RunContext): void {
  if (counts !== undefined) counterOf(context, step.node.id).add({ ...counts, rejected: 0 })
}

/** What shows about how many rows a step has read. */
export function announceReading(
  { node }: CompiledStep,
  { index }: PlannedStage,
  context: RunContext,
): ((rows: number) => void) | undefined {
  const { hooks, folder } = context
  if (!hooks.batchDone.isUsed()) return undefined
  const counter = counterOf(context, node.id)
  return (rowsIn) =>
    hooks.batchDone.call({
      runId: folder.runId,
      step: node.id,
      stage: index,
      counts: { ...counter.snapshot(), rowsIn },
    })
}

function showProgress(
  step: TableStep | undefined,
  counts: TableCounts,
  stage: PlannedStage,
  { hooks, folder }: RunContext,
): void {
  if (step === undefined || !hooks.batchDone.isUsed()) return
  const { id } = step.step.node
  hooks.batchDone.call({ runId: folder.runId, step: id, stage: stage.index, counts: { ...counts, passedBy: 0 } })
}

/** Gives the rows of a step over a whole table to the trace, and the first ones to the report. */
export async function showRows(path: string, step: CompiledStep, { trace, samples }: RunContext): Promise<void> {
  if (trace !== undefined) {
    for await (const batch of readStepFile(path))
      for (const [index, row] of batch.rows.entries()) trace(step.node.id, batch.ids[index] ?? '', row)
  }
  if (samples === undefined) return
  for await (const { ids, rows } of readStepFile(path)) {
    for (const [index, row] of rows.slice(0, firstRows).entries()) samples.step(step.node.id, ids[index] ?? '', row)
    return
  }
}
