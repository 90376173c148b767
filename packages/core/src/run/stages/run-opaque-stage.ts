import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Operator, OperatorResult, RejectedRow } from '../../contracts/operator.js'
import type { PipelinePlan, PlannedStage } from '../../contracts/plan.js'
import type { Batch } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { WrittenRows } from '../checks/written-rows.js'
import type { StepCounter } from '../report/step-counter.js'
import type { RunContext } from '../run-context.js'
import { partitionFile } from '../state/stage-files.js'
import { readStepFile } from '../state/step-file.js'
import { StepFileStorage } from '../state/step-file-storage.js'
import { toStepError } from '../stream/step-result.js'
import { counterOf } from './run-row-stage.js'

/**
 * Runs an operator that sees a whole storage. The counts follow from the input and the newest step. Rows of which the
 * operator does not say what became of them count as dropped if there are fewer rows than before; if there are more, the
 * difference counts as created.
 *
 * @param input The step file that the operator reads, and the number of its rows if it lacks those that pass the step by.
 * @returns the step file that it wrote
 */
export async function runOpaqueStage(
  stage: PlannedStage,
  step: CompiledStep,
  operator: Operator,
  { path: input, rows }: { readonly path: string; readonly rows: number | undefined },
  context: RunContext,
): Promise<string> {
  const counter = counterOf(context, step.node.id)
  const output = partitionFile(context.folder.path, stage, 0)
  const written = new WrittenRows({ step: step.node.id, use: step.planned.use }, await firstRows(input))
  const pathOf = (number: number) => (number === 0 ? input : join(dirname(output), `step-${number}.jsonl`))
  const storage = new StepFileStorage(pathOf, written, announceReading(stage, step, counter, context))
  const fates = { dropped: 0, merged: 0 }
  const { ledger } = context
  ledger?.begin(stage.index, 'output', [])
  let result: OperatorResult | undefined
  try {
    result = await operator.run(storage, {
      signal: context.signal,
      step: step.node.id,
      run: context.folder.runId,
      complete: context.limit === undefined,
      rejectedBefore: context.rejectedBefore?.rows,
      origin: originOf(context.compiled.plan, step),
      preview: context.trace !== undefined,
      warn: (message) => void context.warnings.push({ step: step.node.id, message: textOf(message) }),
      tell(fate) {
        const { kind, rowId } = fate
        if (kind === 'split') return ledger?.split(step.node.id, rowId, fate.rows)
        fates[kind]++
        written.left(rowId)
        if (kind === 'dropped') ledger?.leftOut(step.node.id, { ids: [rowId], reason: fate.reason })
        else ledger?.leftOut(step.node.id, { ids: [rowId], into: [fate.into] })
      },
    })
  } catch (error) {
    throw toStepError(error, step.node.id, undefined)
  }
  if (storage.operatorStep === 0) {
    const [expected, found] = ['a step written to the storage', 'nothing']
    throw maestroError('MAESTRO_STEP_RESULT', { step: step.node.id, expected, found }).at({ step: step.node.id })
  }
  // A class written in JavaScript may return anything.
  const rejected = (result?.rejected ?? []).map(({ rowId, row, error }: RejectedRow) => ({
    rowId,
    row,
    error: toStepError(error, step.node.id, rowId),
  }))
  for (const { rowId } of rejected) written.left(rowId)
  written.assertLeft()
  for (const { rowId, row, error } of rejected) {
    if ((step.node.onError ?? context.settings.onError) === 'fail') throw error
    context.reject({ step: step.node.id, use: step.planned.use, stage: stage.index }, undefined, {
      id: rowId,
      row,
      error,
    })
  }
  const { input: before } = step.node
  const rowsIn = rows ?? (before === 'source' ? context.sourceCounter : counterOf(context, before)).rowsOut
  // An operator that says of every row what became of it makes rows that may be like those before.
  if (fates.dropped + fates.merged + rejected.length < rowsIn) written.end(rowsIn, storage.rows)
  const surplus = storage.rows + rejected.length + fates.dropped + fates.merged - rowsIn
  counter.add({
    rowsIn,
    rowsOut: storage.rows,
    rejected: rejected.length,
    dropped: fates.dropped + Math.max(0, -surplus),
    merged: fates.merged,
    created: Math.max(0, surplus),
  })
  await rename(join(dirname(output), `step-${storage.operatorStep}.jsonl`), output)
  return output
}

/** A warning of a class written in JavaScript may be anything. */
function textOf(message: unknown): string {
  return typeof message === 'string' ? message : describeValue(message)
}

/** Reports how many rows the operator has read. A second pass over them is not reported. */
function announceReading(
  { index }: PlannedStage,
  { node }: CompiledStep,
  counter: StepCounter,
  { hooks, folder }: RunContext,
): ((rows: number) => void) | undefined {
  if (!hooks.batchDone.isUsed()) return undefined
  let most = 0
  return (rows) => {
    if (rows <= most) return
    most = rows
    const counts = { ...counter.snapshot(), rowsIn: rows }
    hooks.batchDone.call({ runId: folder.runId, step: node.id, stage: index, counts })
  }
}

/** The options of a source that identify what it reads. */
const places = ['path', 'table', 'query']

/** The name of the input of a pipeline. If several steps use one operator, each has a different name. */
function originOf({ pipeline, source, steps }: PipelinePlan, { planned }: CompiledStep): string {
  const place = Object.entries(source.options ?? {}).filter(([name]) => places.includes(name))
  const alike = steps.filter(({ use }) => use === planned.use)
  const parts = [pipeline, ...place.map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)))]
  return [...parts, ...(alike.length > 1 ? [planned.id] : [])].join(' ')
}

/** The first rows of a step file. */
async function firstRows(path: string): Promise<Batch> {
  for await (const { ids, rows } of readStepFile(path)) return { ids: ids.slice(0, 100), rows: rows.slice(0, 100) }
  return { ids: [], rows: [] }
}
