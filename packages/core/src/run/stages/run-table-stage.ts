import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PlannedStage } from '../../contracts/plan.js'
import type { SinkWriter } from '../../contracts/storage.js'
import type { TableFile } from '../../contracts/table-engine.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { tableEngineFor, tableStatements } from '../../pipeline/compile/prepare-table.js'
import type { RunContext } from '../run-context.js'
import { partitionFile } from '../state/stage-files.js'
import { createStepOperator } from '../stream/create-row-step.js'
import { counterOf } from './run-row-stage.js'

export interface TableStageRun {
  readonly stage: PlannedStage
  readonly step: CompiledStep
  readonly input: readonly TableFile[]
  /** A sink that takes JSON lines as text, if it is the only consumer of the rows. */
  readonly sink: SinkWriter | undefined
}

/**
 * Runs a table step in the table engine, from files of rows as text to one file. No row becomes a JavaScript object.
 *
 * @returns the step file, or undefined when the rows went directly to the sink
 */
export async function runTableStage(run: TableStageRun, context: RunContext): Promise<string | undefined> {
  const { stage, step } = run
  const operator = createStepOperator(step, context)
  const statements = tableStatements(step.node.id, operator)
  const engine = await tableEngineFor(operator, context)
  if (engine === undefined) throw maestroError('MAESTRO_PIPELINE_TABLE_ENGINE', { use: step.planned.use })
  const counter = counterOf(context, step.node.id)
  const place = { step: step.node.id, use: step.planned.use, stage: stage.index }
  const direct = run.sink?.jsonLines
  const path = partitionFile(context.folder.path, stage, 0)
  await mkdir(dirname(path), { recursive: true })
  context.ledger?.begin(stage.index, 'output', [])
  const counts = await engine.execute({
    input: run.input,
    columns: step.planned.columnsIn,
    statements,
    output: direct === undefined ? { path, format: 'step' } : { path: direct.path, format: 'rows' },
    reject: (row) => {
      row.error.at({ step: step.node.id, rowId: row.id })
      counter.rejected++
      if ((step.node.onError ?? context.settings.onError) === 'fail') throw row.error
      // The number of rows that succeed is known only at the end. Until then, the other rows must not count as failed.
      context.reject(place, undefined, row)
    },
    ...(context.ledger === undefined
      ? {}
      : {
          leftOut: (rows) => context.ledger?.leftOut(step.node.id, rows),
        }),
    signal: context.signal,
    directory: dirname(path),
  })
  counter.add({ ...counts, rejected: 0 })
  direct?.written(counts.rowsOut)
  return direct === undefined ? path : undefined
}
