import type { PlannedStage } from '../../contracts/plan.js'
import type { SourceBatch, SourceReader } from '../../contracts/storage.js'
import type { TableFile } from '../../contracts/table-engine.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import type { RunContext } from '../run-context.js'
import type { RowOutput } from '../run-outputs.js'
import { readSource } from '../source/checked-source.js'
import { readStepFile } from '../state/step-file.js'
import { runOpaqueStage } from './run-opaque-stage.js'
import { partitionFile, runRowStage } from './run-row-stage.js'
import { runTableStage } from './run-table-stage.js'

/** The step file of each stage that has run, for later stages. */
export type StageFiles = Map<number, string>

/** The input of a stage, in addition to the context. */
export interface StageInput {
  readonly reader: SourceReader
  readonly files: StageFiles
  /** Consumers of the last stage's rows, such as an iteration in code. */
  readonly outputs: readonly RowOutput[]
}

/** Runs one stage over its whole input. @returns the number of rows that came out */
export async function runStage(stage: PlannedStage, input: StageInput, context: RunContext): Promise<number> {
  if (stage.kind === 'rows') {
    const steps = stage.steps.map((id) => stepOf(context, id))
    const rows = await runRows(
      stage,
      readInput(stage, input, context),
      steps,
      stage.materialised,
      input.outputs,
      context,
    )
    if (stage.materialised) input.files.set(stage.index, partitionFile(context, stage, 0))
    return rows
  }
  const step = stepOf(context, stage.steps[0] ?? '')
  const counter = context.counters.get(step.node.id)
  const files = await inputFiles(stage, input, context)
  const direct = stage.kind === 'table' ? await directSink(stage, step, files, input, context) : undefined
  const output =
    stage.kind === 'table'
      ? await runTableStage({ stage, step, input: files, sink: direct?.writer }, context)
      : await runOpaqueStage(stage, step, files[0]?.path ?? '', context)
  if (output === undefined) {
    const rows = counter?.rowsOut ?? 0
    if (direct !== undefined) context.counters.get(direct.id)?.add({ rowsIn: rows, rowsOut: rows })
  } else {
    input.files.set(stage.index, output)
    await traceFile(output, step, context)
    await sampleFile(output, step, context)
    if (stage.sinks.length > 0 || input.outputs.length > 0)
      await runRows(stage, readStepFile(output), [], false, input.outputs, context)
  }
  return counter?.rowsOut ?? 0
}

function runRows(
  stage: PlannedStage,
  rows: AsyncIterable<SourceBatch>,
  steps: readonly CompiledStep[],
  materialise: boolean,
  outputs: readonly RowOutput[],
  context: RunContext,
): Promise<number> {
  const sinks = stage.sinks.flatMap((id) => context.compiled.sinks.get(id) ?? [])
  return runRowStage({ stage, partition: 0, input: rows, steps, sinks, materialise, outputs }, context)
}

function stepOf(context: RunContext, id: string): CompiledStep {
  const step = context.compiled.steps.get(id)
  if (step === undefined)
    throw maestroError('MAESTRO_STEP_CREATE', { step: id, reason: 'the plan names a step that does not exist' })
  return step
}

/** The rows that a stage reads, from the source or from the step file of an earlier stage. */
function readInput(stage: PlannedStage, input: StageInput, context: RunContext): AsyncIterable<SourceBatch> {
  if (stage.input === 'source') return readSource(stage.index, input.reader, context)
  return readStepFile(input.files.get(stage.input) ?? '')
}

/** Files for a stage that reads whole files: the JSON lines of the source if it has them, or else a step file. */
async function inputFiles(stage: PlannedStage, input: StageInput, context: RunContext): Promise<readonly TableFile[]> {
  if (stage.input !== 'source') return [{ path: input.files.get(stage.input) ?? '', format: 'step' }]
  const lines = input.reader.jsonLines
  if (stage.kind === 'table' && lines !== undefined && context.limit === undefined && context.trace === undefined) {
    return lines.paths.map((path, index) => ({
      path,
      format: 'rows' as const,
      idPrefix: lines.idPrefixes[index] ?? '',
    }))
  }
  const reading = { ...stage, name: `input-of-${stage.name}`, sinks: [] }
  await runRows(reading, readSource(stage.index, input.reader, context), [], true, [], context)
  return [{ path: partitionFile(context, reading, 0), format: 'step' }]
}

/**
 * The only consumer of a table stage's rows, if it is a sink that takes JSON lines as text and the rows are already
 * bare lines. Rows of a step file may hold tagged values, and groups have new ids.
 */
async function directSink(
  stage: PlannedStage,
  step: CompiledStep,
  files: readonly TableFile[],
  input: StageInput,
  context: RunContext,
) {
  if (step.planned.effects.keeps !== undefined || files.some((file) => file.format !== 'rows')) return undefined
  const [id, ...others] = stage.sinks
  const sink = id === undefined ? undefined : context.compiled.sinks.get(id)
  if (sink === undefined || others.length > 0 || stage.materialised || input.outputs.length > 0) return undefined
  if (sink.definition.takesJsonLines?.(sink.options) !== true) return undefined
  return { id: sink.node.id, writer: await context.outputs.open(sink) }
}

async function traceFile(path: string, step: CompiledStep, context: RunContext): Promise<void> {
  if (context.trace === undefined) return
  for await (const batch of readStepFile(path)) {
    for (const [index, row] of batch.rows.entries()) context.trace(step.node.id, batch.ids[index] ?? '', row)
  }
}

/** Keeps the first rows of a step over a whole table for the report. */
async function sampleFile(path: string, step: CompiledStep, { samples }: RunContext): Promise<void> {
  if (samples === undefined) return
  for await (const { ids, rows } of readStepFile(path)) {
    for (const [index, row] of rows.slice(0, 8).entries()) samples.step(step.node.id, ids[index] ?? '', row)
    return
  }
}
