import type { Columns } from '../../contracts/row.js'
import type { TableCounts, TableEngine, TableFile, TableStatement } from '../../contracts/table-engine.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { assertTableOutput } from '../checks/table-output.js'
import type { RunContext } from '../run-context.js'

/** A table step with its engine. */
export interface TableStep {
  readonly step: CompiledStep
  readonly statements: readonly TableStatement[]
  readonly engine: TableEngine
}

/** The counts of consecutive steps as those of one. */
export function sumOf(counts: readonly TableCounts[]): TableCounts {
  const sum = (name: keyof TableCounts) => counts.reduce((rows, each) => rows + each[name], 0)
  const [rejected, dropped, merged, created] = [sum('rejected'), sum('dropped'), sum('merged'), sum('created')]
  return { rowsIn: counts[0]?.rowsIn ?? 0, rowsOut: counts.at(-1)?.rowsOut ?? 0, rejected, dropped, merged, created }
}

/** Checks what the engine has made of the rows. @throws MAESTRO_STEP_CONTRACT */
export async function assertWork(
  steps: readonly TableStep[],
  input: readonly TableFile[],
  output: TableFile,
  counts: TableCounts,
  { settings }: RunContext,
): Promise<void> {
  const [last] = steps.slice(-1) as [TableStep]
  const { planned } = last.step
  const place = { step: last.step.node.id, use: planned.use, engine: last.engine.name }
  const statements = steps.flatMap((step) => step.statements)
  // The columns of a table of groups replace all columns before.
  const from = steps.findLastIndex(({ step }) => step.planned.effects.keeps !== undefined)
  const effects = steps.slice(Math.max(0, from)).map(({ step }) => step.planned.effects)
  // Not `Object.assign`, for which a column `__proto__` is not a column.
  const added: Columns = Object.fromEntries(effects.flatMap(({ adds = {} }) => Object.entries(adds)))
  // The plan does not know the columns of groups beside which other rows pass by.
  const adds = effects.some(({ opaque }) => opaque === true) ? undefined : added
  await assertTableOutput({ place, statements, adds, input, output, counts }, settings.checks)
}
