import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  columns,
  defineOperator,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  LOGGER,
  type Logger,
  MEDIA_ACCESS,
  type MediaAccess,
  newColumn,
  projectPath,
  promptOption,
  type Row,
  type RowFunction,
  rowFunction,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, nameOption, samplingOf, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import type { OutputName } from '../asking/output-name.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from '../tables/ask-each.js'
import { mapRows } from '../vectors/map-rows.js'
import { CleanPrompt } from './clean.prompt.js'
import { type CleaningPlan, type PlannedOperation, readPlan, writePlan } from './cleaning-plan.js'
import { applyOperation, operation } from './operations.js'
import { type ColumnProfile, profileColumns } from './profile-columns.js'

/** A change of a cell, so that it can be undone. */
export interface CellChange {
  readonly column: string
  readonly before: unknown
  /** The operations that changed the cell, in order. */
  readonly operations: readonly string[]
}

const prompts = promptsOf(CleanPrompt)

const fields = fieldsOf(
  {
    /** The file of the plan. If it exists, the plan is applied; otherwise it is written, and nothing is changed. */
    plan: nameOption.optional(),
    /** Whether to apply the proposals of the model at once. @default false */
    apply: z.boolean().default(false),
    /** The columns to clean. @default all */
    columns: columns().optional(),
    /** The lowest confidence of the model in a proposal that is kept, 0 to 1. @default 0.8 */
    minConfidence: z.number().min(0).max(1).default(0.8),
    /** The largest share of a column's values that a proposal for single values may change, 0 to 1. @default 0.5 */
    maxChanged: z.number().min(0).max(1).default(0.5),
    /** The number of values of a column that the model sees, the most frequent ones. @default 40 */
    shownValues: z.number().int().positive().default(40),
    /** The column of the changes: a list of `{ column, before, operations }`. @default 'changes' */
    output: newColumn('changes'),
    /** A prompt that replaces the operator's own. Its variable is `facts`, which describe one column. */
    prompt: promptOption({ allowed: prompts, variables: ['facts'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `Cleaner`: those of `ai.clean`, with the model itself as `serving`. */
export type CleanerOptions = Alone<
  typeof fields,
  {
    /** Proposes changes. It is not needed if the plan exists. */
    readonly serving?: LLMServing | undefined
    readonly access?: MediaAccess | undefined
    readonly logger?: Logger | undefined
  }
>

const shownExamples = 5
const proposals = z.strictObject({
  proposals: z.array(z.strictObject({ operation, confidence: z.number().min(0).max(1) })),
})

/** Operations that convert texts to another type may change every value, because that is their purpose. */
const wide = new Set(['number', 'date', 'boolean', 'trim', 'unicode', 'case'])

/**
 * Lets a model propose operations of a closed list that clean a table. The proposals form a plan that shows its
 * changes. The plan is applied after a review, or at once if requested. The previous values are kept.
 */
export class Cleaner extends GlobalOperator {
  readonly #options: CleanerOptions
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: CleanerOptions) {
    super()
    const { serving, prompt, language, instructions } = options
    this.#options = options
    const asked = allowedPrompt('Cleaner', prompts, prompt) ?? new CleanPrompt({ language, instructions })
    const sampling = { temperature: 0, ...samplingOf(options) }
    this.#asker = serving && new Asker({ serving, prompt: asked, schema: proposals, sampling })
  }

  override get columns(): ColumnEffects {
    const { output = 'changes' } = this.#options
    return { opaque: true, adds: { [output]: 'json' } }
  }

  /** @throws MAESTRO_AI_CLEANING_PLAN, MAESTRO_AI_OPTIONS, MAESTRO_STORAGE_PATH_OUTSIDE, MAESTRO_SERVING_* */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { plan: file, apply = false, output = 'changes', logger, access = {} } = this.#options
    const path =
      file === undefined ? undefined : projectPath(file, access.directory ?? '.', access.allowOutside ?? false)
    const reviewed = path === undefined ? undefined : await readPlan(path, file ?? '')
    const profiles = await profileColumns(all, this.#options.shownValues ?? 40, context)
    if (reviewed !== undefined) assertFits(reviewed, profiles, file ?? '')
    const plan = reviewed ?? (await this.#propose(all, profiles, context))
    if (reviewed === undefined && path !== undefined && !context.preview) await writePlan(path, plan)
    const applied =
      reviewed !== undefined || apply ? byColumn(plan.operations) : new Map<string, readonly PlannedOperation[]>()
    logger?.info(applied.size > 0 ? 'the cleaning plan is applied' : 'a cleaning plan is ready for review', {
      operations: plan.operations.length,
      ...(file === undefined ? {} : { plan: file }),
    })
    yield* mapRows(all, (row) => cleaned(row, applied, output))
  }

  async #propose(all: AllRows, profiles: readonly ColumnProfile[], context: GlobalContext): Promise<CleaningPlan> {
    const { columns, minConfidence = 0.8, maxChanged = 0.5 } = this.#options
    const asker = this.#asker
    if (asker === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'Cleaner',
        reason: 'a plan is required, or a serving that proposes one',
      })
    const { signal, step, run } = context
    const asked = profiles.filter(
      ({ column, type }) => (columns?.includes(column) ?? true) && type !== 'json' && type !== 'empty',
    )
    const answers = await askEach(
      asked,
      async (profile) =>
        (await asker.data(proposals, { facts: profile }, { signal, step, run, rowId: profile.column })).proposals,
      signal,
    )
    const proposed = asked.flatMap(({ column }, index) =>
      (answers[index] ?? [])
        .filter(({ confidence }) => confidence >= minConfidence)
        .map((one) => ({
          column,
          ...one,
          changes: 0,
          examples: [] as { id: string; before: unknown; after: unknown }[],
        })),
    )
    const tried = await tryOut(all, proposed)
    const rows = profiles[0]?.rows ?? 0
    const operations = tried.filter(
      ({ operation: { operation: name }, changes }) => changes > 0 && (wide.has(name) || changes <= rows * maxChanged),
    )
    return { columns: profiles.map(({ column }) => column), rows, operations }
  }
}

/** The changes that operations would make: counts over the whole table, with examples. */
async function tryOut(all: AllRows, operations: readonly PlannedOperation[]): Promise<readonly PlannedOperation[]> {
  const counted = operations.map((one) => ({ ...one, examples: [...one.examples] }))
  for await (const { ids, rows } of all) {
    for (const [index, row] of rows.entries()) {
      const values = new Map<string, unknown>()
      for (const one of counted) {
        const before = values.has(one.column) ? values.get(one.column) : row[one.column]
        const after = applyOperation(before, one.operation)
        values.set(one.column, after)
        if (same(before, after)) continue
        one.changes++
        if (one.examples.length < shownExamples) one.examples.push({ id: ids[index] ?? '', before, after })
      }
    }
  }
  return counted
}

function cleaned(row: Row, operations: ReadonlyMap<string, readonly PlannedOperation[]>, output: string): Row {
  const changes: CellChange[] = []
  const after: Record<string, unknown> = {}
  for (const [column, planned] of operations) {
    if (!Object.hasOwn(row, column)) continue
    let value = row[column]
    const done: string[] = []
    for (const { operation: one } of planned) {
      const next = applyOperation(value, one)
      if (!same(value, next)) done.push(one.operation)
      value = next
    }
    if (done.length === 0) continue
    after[column] = value
    changes.push({ column, before: row[column], operations: done })
  }
  return { ...row, ...after, [output]: changes }
}

/** Restores a row to its state before the cleaning. @param output The column of the changes. */
export function undoCleaning(row: Row, output = 'changes'): Row {
  const { [output]: changes, ...rest } = row
  const before = ((changes ?? []) as readonly CellChange[]).map(({ column, before: value }) => [column, value] as const)
  return { ...rest, ...Object.fromEntries(before) }
}

const same = (one: unknown, other: unknown) => Object.is(one, other) || (one === undefined && other === undefined)

function byColumn(operations: readonly PlannedOperation[]): ReadonlyMap<string, readonly PlannedOperation[]> {
  return Map.groupBy(operations, ({ column }) => column)
}

/** @throws MAESTRO_AI_CLEANING_PLAN if it names columns that the table does not have */
function assertFits({ operations }: CleaningPlan, profiles: readonly ColumnProfile[], path: string): void {
  const known = new Set(profiles.map(({ column }) => column))
  const missing = [...new Set(operations.map(({ column }) => column))].filter((column) => !known.has(column))
  if (missing.length > 0 && profiles.length > 0)
    throw aiError('MAESTRO_AI_CLEANING_PLAN', {
      path,
      reason: `the table has no column ${missing.map((name) => `"${name}"`).join(', ')}`,
    })
}

/** The column types are open, because values may change their type. The list of changes is added. */
export interface CleanedRow extends RowFunction {
  readonly row: Record<string, unknown> & Record<OutputName<this['options'], 'changes'>, readonly CellChange[]>
}

/**
 * `ai.clean`: cleans a table with operations that a model proposes.
 *
 * @remarks
 * Cost: One call per column, regardless of the number of rows; no call if a plan is applied.
 */
export const clean = defineOperator({
  name: 'ai.clean',
  kind: 'opaque',
  description: 'Lets a model propose cleaning operations for a table, and applies them at once or after a review',
  options: fields,
  columns: ({ output }) => ({ opaque: true, adds: { [output]: 'json' } }),
  row: rowFunction<CleanedRow>(),
  ...asksModel,
  inject: [SERVINGS, MEDIA_ACCESS, LOGGER],
  create: (given, [servings, access, logger]) => new Cleaner({ ...withServing(given, servings), access, logger }),
})
