import { mkdir } from 'node:fs/promises'
import type { Operator } from '../../contracts/operator.js'
import type { PlannedStage } from '../../contracts/plan.js'
import type { Row, RowId } from '../../contracts/row.js'
import type { SourceBatch } from '../../contracts/source.js'
import type { TableFile } from '../../contracts/table-engine.js'
import { matching } from '../../define/row-condition.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledSink, CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { behind, type InputPosition } from '../durability/input-position.js'
import type { StageProgress } from '../durability/stage-progress.js'
import type { StageReceipt } from '../durability/stage-receipts.js'
import type { RunContext } from '../run-context.js'
import type { RowOutput } from '../run-outputs.js'
import { readSource } from '../source/checked-source.js'
import { continuedReading } from '../source/continued-reading.js'
import type { OpenedSource } from '../source/read-source.js'
import { partitionFile, stageFolder } from '../state/stage-files.js'
import { readStepFile } from '../state/step-file.js'
import { createStepOperator } from '../stream/create-row-step.js'
import { toStepError } from '../stream/step-result.js'
import { readParquet, writeParquet } from './parquet-files.js'
import { type DividedRows, divideRows, uniteRows } from './pass-by.js'
import { runLineStage } from './run-line-stage.js'
import { runOpaqueStage } from './run-opaque-stage.js'
import { type RowStageRun, runRowStage } from './run-row-stage.js'
import { runOnParquet, runTableStage, showRows } from './run-table-stage.js'
import { StageCommits } from './stage-commits.js'

/** The step file of each stage that has run, for later stages. */
export type StageFiles = Map<number, string>

/** The input of a stage, in addition to the context. */
export interface StageInput {
  readonly reader: OpenedSource
  readonly files: StageFiles
  /** Consumers of the last stage's rows, such as an iteration in code. */
  readonly outputs: readonly RowOutput[]
  /** What an earlier process of the run has committed of the stage. */
  readonly progress?: StageProgress | undefined
  /** The sinks of a finished stage that have committed a part of its rows. */
  readonly begun?: StageReceipt['sinks']
}

/** Runs one stage over its whole input. @returns the number of rows that came out */
export async function runStage(stage: PlannedStage, input: StageInput, context: RunContext): Promise<number> {
  if (stage.kind === 'rows') {
    const steps = stage.steps.map((id) => stepOf(context, id))
    const { progress, outputs } = input
    const commits = stageCommits(stage, input, context)
    const rows = await runRowStage(
      {
        stage,
        partition: 0,
        input: readInput(stage, input, context, commits),
        steps,
        sinks: sinksOf(stage, context),
        materialize: stage.materialized,
        outputs,
        commits,
        progress,
      },
      context,
    )
    if (stage.materialized) input.files.set(stage.index, partitionFile(context.folder.path, stage, 0))
    return rows
  }
  const { output, sink, passed } = await runWholeStage(stage, input, context)
  const last = stepOf(context, stage.steps.at(-1) ?? '')
  const counter = context.counters.get(last.node.id)
  if (passed !== undefined && output !== undefined) {
    const rows = passed.places.length
    counter?.add({ rowsIn: rows, rowsOut: rows, passedBy: rows })
    await uniteRows(output, passed, context.signal)
  }
  if (output === undefined) {
    const rows = counter?.rowsOut ?? 0
    if (sink !== undefined) context.counters.get(sink)?.add({ rowsIn: rows, rowsOut: rows })
  } else {
    input.files.set(stage.index, output)
    await showRows(output, last, context)
    await passOnRows(stage, input, context)
  }
  return counter?.rowsOut ?? 0
}

/** What became of the rows of a stage over whole tables. */
interface WholeStage {
  /** The step file; undefined if the rows went directly to a sink. */
  readonly output: string | undefined
  readonly sink: string | undefined
  /** The rows that a step with a condition passes by. */
  readonly passed: DividedRows | undefined
}

async function runWholeStage(stage: PlannedStage, input: StageInput, context: RunContext): Promise<WholeStage> {
  const steps = stage.steps.map((id) => stepOf(context, id))
  const [last] = steps.slice(-1) as [CompiledStep]
  const operator = stage.kind === 'opaque' ? (createStepOperator(last, context) as Operator) : undefined
  const { parquet } = input.reader
  if (operator === undefined && parquet !== undefined && readsSourceFiles(stage, context)) {
    const only = onlySink(stage, input, context)
    const openSink = only && (() => context.outputs.open(only))
    const output = await runOnParquet({ stage, steps, input: parquet, openSink }, context)
    if (output === 'sink') return { output: undefined, sink: only?.node.id, passed: undefined }
    if (output !== undefined) return { output, sink: undefined, passed: undefined }
  }
  const readsLines = operator === undefined || typeof operator.runOnLines === 'function'
  const all = await inputFiles(stage, readsLines, input, context)
  const passed = await passedBy(stage, last, all, context)
  const files: readonly TableFile[] = passed === undefined ? all : [{ path: passed.matching, format: 'step' }]
  if (operator === undefined) {
    const isChanged = steps.some(
      ({ planned: { effects } }) => effects.keeps !== undefined || effects.adds !== undefined,
    )
    const direct = isChanged ? undefined : directSink(stage, files, input, context)
    const sink = direct && (await context.outputs.open(direct))
    const output = await runTableStage({ stage, steps, input: files, sink }, context)
    return { output, sink: direct?.node.id, passed }
  }
  if (readsLines) {
    const direct = directSink(stage, files, input, context)
    const openSink = direct && (() => context.outputs.open(direct))
    const output = await runLineStage({ stage, step: last, operator, input: files, openSink }, context)
    if (output === 'sink') return { output: undefined, sink: direct?.node.id, passed }
    if (output !== undefined) return { output, sink: undefined, passed }
  }
  const [file] = files.some(({ format }) => format === 'rows') ? await inputFiles(stage, false, input, context) : files
  const given = { path: file?.path ?? '', rows: passed?.taken.length }
  return { output: await runOpaqueStage(stage, last, operator, given, context), sink: undefined, passed }
}

/** Divides the rows of a step over a whole table, if it has a condition. */
async function passedBy(
  stage: PlannedStage,
  { node, planned }: CompiledStep,
  files: readonly TableFile[],
  context: RunContext,
): Promise<DividedRows | undefined> {
  if (node.where === undefined) return undefined
  const own = stageFolder(context.folder.path, stage)
  await mkdir(own, { recursive: true })
  const counter = context.counters.get(node.id)
  const reject = (id: RowId, row: Row, thrown: unknown) => {
    const error = toStepError(thrown, node.id, id)
    if ((node.onError ?? context.settings.onError) === 'fail') throw error
    context.reject({ step: node.id, use: planned.use, stage: stage.index }, undefined, { id, row, error })
    counter?.add({ rowsIn: 1, rejected: 1 })
  }
  const matches = matching(node.id, node.where, planned.columnsIn.columns)
  return divideRows(files[0]?.path ?? '', own, matches, reject, context.signal)
}

/** Gives the rows of a stage that is not run again to its sinks and consumers. */
export async function passOnRows(stage: PlannedStage, input: StageInput, context: RunContext): Promise<void> {
  const path = input.files.get(stage.index) ?? ''
  const held = new Map(Object.entries(input.begun ?? {}).map(([sink, begun]) => [sink, begun.rows]))
  const sinks: string[] = []
  for (const sink of sinksOf(stage, context))
    if (held.has(sink.node.id) || !(await writeParquet(sink, path, context))) sinks.push(sink.node.id)
  if (sinks.length === 0 && input.outputs.length === 0) return
  const rows = await runRows({ ...stage, sinks }, readStepFile(path), [], false, input.outputs, context, held)
  const step = stage.steps.at(-1) ?? ''
  const expected = context.counters.get(step)?.rowsOut ?? rows
  if (input.begun !== undefined || rows === expected) return
  throw maestroError('MAESTRO_RUN_COUNTS', { step, counts: `${expected} rows counted and ${rows} found` }).at({ step })
}

function runRows(
  stage: PlannedStage,
  rows: AsyncIterable<SourceBatch>,
  steps: readonly CompiledStep[],
  materialize: boolean,
  outputs: readonly RowOutput[],
  context: RunContext,
  held?: RowStageRun['held'],
): Promise<number> {
  const sinks = sinksOf(stage, context)
  const run = { stage, partition: 0, input: rows, steps, sinks, materialize, outputs }
  return runRowStage(held === undefined ? run : { ...run, held }, context)
}

const sinksOf = ({ sinks }: PlannedStage, { compiled }: RunContext) =>
  sinks.flatMap((id) => compiled.sinks.get(id) ?? [])

/** What commits the partitions of a stage; undefined if a resumed run could not go on behind them. */
function stageCommits(
  stage: PlannedStage,
  { reader, progress }: StageInput,
  context: RunContext,
): StageCommits | undefined {
  const { durable, compiled, trace } = context
  const reading = stage.input === 'source' ? continuedReading(compiled.source.node, reader) : 'identified'
  if (durable === undefined || trace !== undefined || reading === 'impossible') return undefined
  const stored = reading === 'stored' ? reader.stored : undefined
  return new StageCommits({ stage, context, durable, verifies: reading === 'compared', stored, progress })
}

function stepOf(context: RunContext, id: string): CompiledStep {
  const step = context.compiled.steps.get(id)
  if (step === undefined)
    throw maestroError('MAESTRO_STEP_CREATE', { step: id, reason: 'the plan names a step that does not exist' })
  return step
}

/** The rows that a stage reads, from the source or from the step file of an earlier stage. */
function readInput(
  stage: PlannedStage,
  { reader, files, progress }: StageInput,
  context: RunContext,
  commits: StageCommits | undefined,
): AsyncIterable<SourceBatch> {
  if (stage.input === 'source') return readSource(stage.index, reader, context, commits, progress?.input)
  return readStage(files.get(stage.input) ?? '', commits, progress?.input)
}

/** The rows of an earlier stage. */
async function* readStage(
  path: string,
  commits: StageCommits | undefined,
  from: InputPosition | undefined,
): AsyncGenerator<SourceBatch> {
  const all = readStepFile(path, { from: from?.cursor?.at })
  for await (const batch of from === undefined ? all : behind(all, from, from.cursor?.records ?? 0)) {
    commits?.read(batch)
    yield batch
  }
}

/** Whether the steps of a stage may read the files of the source themselves: all rows of them, and no one looks at each. */
function readsSourceFiles({ input, steps }: PlannedStage, { compiled, limit, trace }: RunContext): boolean {
  const isConditional = steps.some((id) => compiled.steps.get(id)?.node.where !== undefined)
  return input === 'source' && !isConditional && limit === undefined && trace === undefined
}

/** Files for a stage that reads whole files: the JSON lines of the source if it has them and the stage reads them, or else a step file. */
async function inputFiles(
  stage: PlannedStage,
  readsLines: boolean,
  input: StageInput,
  context: RunContext,
): Promise<readonly TableFile[]> {
  if (stage.input !== 'source') return [{ path: input.files.get(stage.input) ?? '', format: 'step' }]
  const lines = input.reader.jsonLines
  if (readsLines && lines !== undefined && readsSourceFiles(stage, context)) {
    return lines.paths.map((path, index) => ({
      path,
      format: 'rows' as const,
      idPrefix: lines.idPrefixes[index] ?? '',
    }))
  }
  const reading = { ...stage, name: `input-of-${stage.name}`, sinks: [] }
  const file: TableFile = { path: partitionFile(context.folder.path, reading, 0), format: 'step' }
  const { parquet } = input.reader
  const isRead =
    stage.kind === 'opaque' &&
    readsLines &&
    parquet !== undefined &&
    readsSourceFiles(stage, context) &&
    (await readParquet(parquet, file, context))
  if (!isRead) await runRows(reading, readSource(stage.index, input.reader, context), [], true, [], context)
  return [file]
}

/**
 * The only consumer of a stage's rows, if it is a sink that takes JSON lines as text and the rows are already bare lines.
 * Rows of a step file may hold tagged values, as added columns may, and groups have new ids.
 */
function directSink(
  stage: PlannedStage,
  files: readonly TableFile[],
  input: StageInput,
  context: RunContext,
): CompiledSink | undefined {
  if (files.some((file) => file.format !== 'rows')) return undefined
  const sink = onlySink(stage, input, context)
  return sink?.definition.takesJsonLines?.(sink.options) === true ? sink : undefined
}

/** The sink of a stage whose rows nothing else consumes. */
function onlySink(
  { sinks: [id, ...others], materialized }: PlannedStage,
  { outputs }: StageInput,
  { compiled }: RunContext,
): CompiledSink | undefined {
  if (id === undefined || others.length > 0 || materialized || outputs.length > 0) return undefined
  return compiled.sinks.get(id)
}
