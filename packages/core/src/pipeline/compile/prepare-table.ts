import { type ColumnEffects, Operator } from '../../contracts/operator.js'
import type { TableFunction, TableOperatorObject } from '../../contracts/operator-functions.js'
import type { ColumnSet } from '../../contracts/row.js'
import type { TableEngine, TableStatement } from '../../contracts/table-engine.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'
import { soundStatements } from './sound-statements.js'

function isTableOperator(created: unknown): created is Operator & TableOperatorObject {
  return created instanceof Operator && created.kind === 'table'
}

/**
 * The content of a table operator: its class, or the function that `create` returned.
 *
 * @throws MAESTRO_STEP_CREATE, MAESTRO_STEP_CONTRACT
 */
export function tableStatements(step: string, created: unknown): readonly TableStatement[] {
  if (isTableOperator(created)) return soundStatements(step, created.statements)
  if (typeof created === 'function') return soundStatements(step, (created as TableFunction)())
  throw maestroError('MAESTRO_STEP_CREATE', {
    step,
    reason: `create() returned ${describeValue(created)} instead of a table operator`,
  })
}

/** What a table step does to columns, and how. */
export interface PreparedTable {
  readonly effects: ColumnEffects
  /** Undefined if a fault was found. */
  readonly statements?: readonly TableStatement[]
}

/**
 * Lets the table engine check a step's statements against the columns of the input.
 *
 * @param created The operator, or what `create` returned.
 */
export async function prepareTable(
  step: { readonly id: string; readonly use: string },
  created: unknown,
  columns: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<PreparedTable> {
  const statements = faults.catch(() => tableStatements(step.id, created), step.id)
  const engine = await faults.catchLater(() => requireEngine(step.use, created, context), step.id)
  if (engine === undefined || statements === undefined) return unknownTable
  const prepared = await faults.catchLater(() => engine.prepare(statements, columns), step.id)
  if (prepared === undefined) return unknownTable
  for (const fault of prepared.faults) faults.add(fault, step.id)
  const { reads, columns: result, adds } = prepared
  if (result !== undefined) return { statements, effects: { reads, keeps: [], adds: result } }
  return { statements, effects: adds === undefined ? { reads } : { reads, adds } }
}

/** A table step with a fault. */
export const unknownTable: PreparedTable = { effects: { opaque: true } }

/** @throws MAESTRO_PIPELINE_TABLE_ENGINE */
async function requireEngine(use: string, created: unknown, context: CompileContext): Promise<TableEngine> {
  const engine = await tableEngineFor(created, context)
  if (engine !== undefined) return engine
  throw maestroError('MAESTRO_PIPELINE_TABLE_ENGINE', { use })
}

/** The configured engine, or else the one that an operator's class provides. */
export async function tableEngineFor(
  created: unknown,
  context: { tableEngine(): Promise<TableEngine | undefined> },
): Promise<TableEngine | undefined> {
  return (await context.tableEngine()) ?? (isTableOperator(created) ? created.createEngine() : undefined)
}
