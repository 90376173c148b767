import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  LOGGER,
  type Logger,
  MEDIA_ACCESS,
  type MediaAccess,
  type Prompt,
  projectPath,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import {
  languageOption,
  nameOption,
  promptOption,
  type SamplingOptions,
  samplingOf,
  samplingOptions,
} from '../asking/asking-options.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from '../tables/ask-each.js'
import { mapRows } from '../vectors/map-rows.js'
import { CleanPrompt } from './clean.prompt.js'
import { type CleaningPlan, type PlannedOperation, readPlan, writePlan } from './cleaning-plan.js'
import { applyOperation, operation } from './operations.js'
import { type ColumnProfile, profileColumns } from './profile-columns.js'

/** What was done to a cell, so that it can be undone. */
export interface CellChange {
  readonly column: string
  readonly before: unknown
  /** The operations that changed it, in order. */
  readonly operations: readonly string[]
}

/** How a `Cleaner` cleans. */
export interface CleanerOptions extends SamplingOptions {
  /** Proposes; not needed where a plan is there. */
  readonly serving?: LLMServing | undefined
  /** A file for the plan. Where it is there, it is applied; else it is written, and nothing is changed. */
  readonly plan?: string | undefined
  /** Applies what is proposed at once. @default false */
  readonly apply?: boolean | undefined
  /** Columns that are looked at. @default all */
  readonly columns?: readonly string[] | undefined
  /** Proposals that the model is less sure of are left out. @default 0.8 */
  readonly minConfidence?: number | undefined
  /** The share of a column's values that a proposal may change, so that one that is wrong does no harm. @default 0.5 */
  readonly maxChanged?: number | undefined
  /** Values of a column that a model is shown, the most frequent. @default 40 */
  readonly shownValues?: number | undefined
  /** The column of what was changed. @default 'changes' */
  readonly output?: string | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
  readonly access?: MediaAccess | undefined
  readonly logger?: Logger | undefined
}

const prompts = promptsOf(CleanPrompt)
const shownExamples = 5
const proposals = z.strictObject({
  proposals: z.array(z.strictObject({ operation, confidence: z.number().min(0).max(1) })),
})

/** Operations that read texts as another type may change every value: that is what they are for. */
const wide = new Set(['number', 'date', 'boolean', 'trim', 'unicode', 'case'])

/**
 * Lets a model propose how to clean a table, from a closed list of operations. What is proposed is a plan, with what it
 * would change; it is applied when it has been read, or when that is said. What was there before is kept.
 */
export class Cleaner extends GlobalOperator {
  readonly #options: CleanerOptions
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: CleanerOptions) {
    super()
    const { serving, prompt, language } = options
    if (prompt !== undefined) assertPromptsAllowed('Cleaner', prompts, [prompt])
    this.#options = options
    const asked = prompt ?? new CleanPrompt({ language })
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
    logger?.info(applied.size > 0 ? 'a plan for cleaning is applied' : 'a plan for cleaning is ready to be read', {
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
        reason: 'there is neither a plan nor a serving to propose one',
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

/** What operations would change: counted over the whole table, with some examples. */
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

/** A row as it was before it was cleaned. @param output The column of the changes. */
export function undoCleaning(row: Row, output = 'changes'): Row {
  const { [output]: changes, ...rest } = row
  const before = ((changes ?? []) as readonly CellChange[]).map(({ column, before: value }) => [column, value] as const)
  return { ...rest, ...Object.fromEntries(before) }
}

const same = (one: unknown, other: unknown) => Object.is(one, other) || (one === undefined && other === undefined)

function byColumn(operations: readonly PlannedOperation[]): ReadonlyMap<string, readonly PlannedOperation[]> {
  return Map.groupBy(operations, ({ column }) => column)
}

/** @throws MAESTRO_AI_CLEANING_PLAN when it names columns that the table has not */
function assertFits({ operations }: CleaningPlan, profiles: readonly ColumnProfile[], path: string): void {
  const known = new Set(profiles.map(({ column }) => column))
  const missing = [...new Set(operations.map(({ column }) => column))].filter((column) => !known.has(column))
  if (missing.length > 0 && profiles.length > 0)
    throw aiError('MAESTRO_AI_CLEANING_PLAN', {
      path,
      reason: `the table has no column ${missing.map((name) => `"${name}"`).join(', ')}`,
    })
}

/**
 * `ai.clean`: what a model proposes to clean, as a plan, or done.
 *
 * @remarks
 * Cost: One call a column, whatever the number of rows; none where a plan is applied.
 */
export const clean = defineOperator({
  name: 'ai.clean',
  kind: 'opaque',
  description: 'Lets a model propose how to clean a table, from a closed list; applies what was read or what may be',
  options: z.strictObject({
    plan: nameOption.optional(),
    apply: z.boolean().default(false),
    columns: z.array(nameOption).optional(),
    minConfidence: z.number().min(0).max(1).default(0.8),
    maxChanged: z.number().min(0).max(1).default(0.5),
    shownValues: z.number().int().positive().default(40),
    output: nameOption.default('changes'),
    serving: nameOption.default('default'),
    prompt: promptOption.optional(),
    language: languageOption,
    ...samplingOptions,
  }),
  columns: ({ output }) => ({ opaque: true, adds: { [output]: 'json' } }),
  deterministic: false,
  prompts: filledPrompt('prompt', prompts, ['facts']),
  servings: ({ serving }) => [{ kind: 'llm', name: serving }],
  inject: [SERVINGS, MEDIA_ACCESS, LOGGER],
  create: ({ serving, ...given }, [servings, access, logger]) =>
    new Cleaner({ ...given, serving: servings.get(serving, 'llm'), access, logger }),
})
