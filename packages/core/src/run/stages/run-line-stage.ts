import { mkdir, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Operator } from '../../contracts/operator.js'
import type { PlannedStage } from '../../contracts/plan.js'
import type { RowId } from '../../contracts/row.js'
import type { SinkWriter } from '../../contracts/sink.js'
import type { LeftOutRows, TableFile } from '../../contracts/table-engine.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import type { RunContext } from '../run-context.js'
import { partitionFile } from '../state/stage-files.js'
import { counterOf } from './run-row-stage.js'
import { announceReading } from './run-table-stage.js'

export interface LineStageRun {
  readonly stage: PlannedStage
  readonly step: CompiledStep
  readonly operator: Operator
  readonly input: readonly TableFile[]
  /** Opens the sink that takes JSON lines as text, if such a sink is the only consumer of the rows. */
  readonly openSink: (() => Promise<SinkWriter>) | undefined
}

/**
 * Lets an operator over a whole table work on files of rows as text.
 *
 * @returns the step file, or `sink` when the rows went directly to the sink; undefined if the operator must see the rows
 *   one by one
 */
export async function runLineStage(run: LineStageRun, context: RunContext): Promise<string | 'sink' | undefined> {
  const { stage, step, operator, input } = run
  const { ledger, signal } = context
  const { id } = step.node
  const path = partitionFile(context.folder.path, stage, 0)
  const directory = dirname(path)
  await mkdir(directory, { recursive: true })
  let direct: SinkWriter['jsonLines']
  ledger?.begin(stage.index, 'output', [])
  const counts = await operator.runOnLines?.({
    input,
    columns: step.planned.columnsIn,
    step: id,
    leftOut: ledger && ((rows: LeftOutRows) => ledger.leftOut(id, rows)),
    split: ledger && ((row: RowId, rows: number) => ledger.split(id, row, rows)),
    read: announceReading(step, stage, context),
    signal,
    directory,
    takesRows: run.openSink !== undefined,
    async output(format) {
      direct = format === 'rows' ? (await run.openSink?.())?.jsonLines : undefined
      return direct === undefined ? { path, format: 'step' } : { path: direct.path, format: 'rows' }
    },
  })
  if (counts === undefined) {
    // The sink gets the rows in the usual way.
    if (direct !== undefined) await truncate(direct.path)
    return undefined
  }
  counterOf(context, id).add(counts)
  direct?.written(counts.rowsOut)
  return direct === undefined ? path : 'sink'
}
