import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type EmbeddingServing,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  MaestroError,
  type Prompt,
  type Row,
  RowSource,
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
import { dot } from '../vectors/metrics.js'
import { askEach } from './ask-each.js'
import { embedTexts } from './embed-texts.js'
import { JoinPrompt } from './join.prompt.js'
import { columnsOfRows, columnsOfSide, readSide, type SideTable, sideTableOption, unknownColumn } from './read-side.js'
import { readTable, type TextRow } from './read-table.js'

/** How a `MeaningJoiner` finds rows that match. */
export interface MeaningJoinerOptions extends SamplingOptions {
  /** The column of the texts of the rows that come. */
  readonly input: string
  /** The other table; it is held in memory. */
  readonly right: SideTable
  /** Its column of texts, which `input` is compared with. */
  readonly on: string
  /** Embeds the texts of both. */
  readonly embedder: EmbeddingServing
  /** What must hold, in words: a model decides. @default the nearness decides */
  readonly criterion?: string | undefined
  readonly serving?: LLMServing | undefined
  /** The least cosine of rows that match, or that a model is asked about. @default 0.7, with a criterion 0.3 */
  readonly threshold?: number | undefined
  /** Rows of the right that are looked at for each of the left, the nearest. @default 5 */
  readonly candidates?: number | undefined
  /** `best`: one match for each row at most; `all`. @default 'best' */
  readonly matches?: 'best' | 'all' | undefined
  /** `inner`: rows without a match go; `left`: they stay, with nulls. @default 'inner' */
  readonly how?: 'inner' | 'left' | undefined
  /** Goes before the names of the right's columns. @default 'right_' */
  readonly columnPrefix?: string | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
}

/** The right table, once it is read. */
interface Side {
  readonly rows: readonly Row[]
  readonly texts: readonly string[]
  readonly names: readonly string[]
}

const verdict = z.strictObject({ match: z.boolean() })
const prompts = promptsOf(JoinPrompt)

interface Candidate {
  readonly index: number
  readonly near: number
}

/**
 * Joins rows of two tables that match by meaning: the nearest by their vectors are candidates, and a threshold or a model
 * decides.
 */
export class MeaningJoiner extends GlobalOperator {
  readonly #options: MeaningJoinerOptions
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: MeaningJoinerOptions) {
    super()
    const { criterion, serving, prompt, language, embedder } = options
    const fault = embedder === undefined ? 'there is no embedder' : faultOf(options)
    if (fault !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'MeaningJoiner', reason: fault })
    this.#options = options
    if (criterion === undefined) return
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'MeaningJoiner', reason: 'there is no serving to ask' })
    if (prompt !== undefined) assertPromptsAllowed('MeaningJoiner', prompts, [prompt])
    const asked = prompt ?? new JoinPrompt({ criterion, language })
    const sampling = { temperature: 0, ...samplingOf(options) }
    this.#asker = new Asker({ serving, prompt: asked, schema: verdict, sampling })
  }

  override get columns(): ColumnEffects {
    return joinColumns(this.#options)
  }

  /** @throws MAESTRO_SERVING_* of the embedder; rows that a model gives no verdict of are rejected */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, on, embedder } = this.#options
    const right = await readSide(this.#options.right, context.signal)
    const fault = emptyText(right, on)
    if (fault !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'MeaningJoiner', reason: fault })
    const table = await readTable(all, input, context)
    const texts = right.map((row) => String(row[on]))
    const side: Side = { rows: right, texts, names: columnsOfRows(right) }
    const [left, other] = [
      await embedTexts(
        table.map(({ text }) => text),
        embedder,
        context,
      ),
      await embedTexts(texts, embedder, context),
    ]
    const joined = await askEach(
      table,
      (one, index) => this.#joined(one, this.#candidates(left[index] ?? new Float32Array(), other), side, context),
      context.signal,
    )
    const rows = joined.flat()
    yield { ids: rows.map(({ id }) => id), rows: rows.map(({ row }) => row) }
  }

  #candidates(unit: Float32Array, other: readonly Float32Array[]): readonly Candidate[] {
    const { candidates = 5, criterion, threshold = criterion === undefined ? 0.7 : 0.3 } = this.#options
    return other
      .map((vector, index) => ({ index, near: dot(unit, vector) }))
      .filter(({ near }) => near >= threshold)
      .sort((one, another) => another.near - one.near || one.index - another.index)
      .slice(0, candidates)
  }

  async #joined(
    one: TextRow,
    candidates: readonly Candidate[],
    side: Side,
    context: GlobalContext,
  ): Promise<readonly { readonly id: string; readonly row: Row }[]> {
    const { how = 'inner', matches = 'best' } = this.#options
    let found: readonly Candidate[]
    try {
      found = await this.#matching(one, candidates, side.texts, context)
    } catch (error) {
      if (!MaestroError.is(error) || context.signal.aborted) throw error
      context.reject(one.id, one.row, error)
      return []
    }
    if (found.length === 0)
      return how === 'left'
        ? [{ id: one.id, row: { ...one.row, ...this.#columnsOf(undefined, side), match_score: null } }]
        : []
    return found.map(({ index, near }) => ({
      id: matches === 'best' ? one.id : `${one.id}~${index}`,
      row: { ...one.row, ...this.#columnsOf(side.rows[index], side), match_score: near },
    }))
  }

  /** The nearest that the model finds to match; all are asked about at once. */
  async #matching(
    { id, text }: TextRow,
    candidates: readonly Candidate[],
    texts: readonly string[],
    { signal, step, run }: GlobalContext,
  ): Promise<readonly Candidate[]> {
    const { matches = 'best' } = this.#options
    const asker = this.#asker
    const fitting =
      asker === undefined
        ? candidates
        : (
            await Promise.all(
              candidates.map(async (candidate) => {
                const values = { left: text, right: texts[candidate.index] ?? '' }
                const { match } = await asker.data(verdict, values, { signal, step, run, rowId: id })
                return match ? [candidate] : []
              }),
            )
          ).flat()
    return matches === 'best' ? fitting.slice(0, 1) : fitting
  }

  /** The columns of a row of the right; null where there is none. */
  #columnsOf(row: Row | undefined, { names }: Side): Row {
    const { columnPrefix = 'right_' } = this.#options
    return Object.fromEntries(names.map((name) => [columnPrefix + name, row?.[name] ?? null]))
  }
}

/** What a table cannot be joined by. */
function emptyText(right: readonly Row[], column: string): string | undefined {
  if (right.length === 0) return 'at least one row is expected in `right`'
  const empty = right.findIndex((row) => typeof row[column] !== 'string' || row[column].trim() === '')
  return empty < 0 ? undefined : `column "${column}" of row ${empty + 1} of \`right\` holds no text`
}

function faultOf({
  right,
  on,
  criterion,
  prompt,
}: Pick<MeaningJoinerOptions, 'right' | 'on' | 'criterion' | 'prompt'>): string | undefined {
  const unfit = right instanceof RowSource ? unknownColumn('right', right, on) : emptyText(right, on)
  if (unfit !== undefined) return unfit
  return prompt !== undefined && criterion === undefined ? '`criterion` is expected beside `prompt`' : undefined
}

function joinColumns({
  input,
  right,
  columnPrefix = 'right_',
}: Pick<MeaningJoinerOptions, 'input' | 'right' | 'columnPrefix'>): ColumnEffects {
  const names = columnsOfSide(right)
  // What a source holds may not be known before it is read.
  if (names === undefined) return { reads: [input], opaque: true }
  const added = names.map((name) => [columnPrefix + name, 'unknown'] as const)
  return { reads: [input], adds: { ...Object.fromEntries(added), match_score: 'number' } }
}

/**
 * `ai.join`: rows of two tables that match by meaning.
 *
 * @remarks
 * Cost: The texts of both tables are embedded once; with a criterion one call a candidate.
 */
export const join = defineOperator({
  name: 'ai.join',
  kind: 'opaque',
  description: 'Joins rows of two tables that match by meaning; a threshold or a model decides',
  options: z
    .strictObject({
      input: nameOption,
      right: sideTableOption,
      on: nameOption,
      criterion: nameOption.optional(),
      threshold: z.number().min(-1).max(1).optional(),
      candidates: z.number().int().positive().default(5),
      matches: z.enum(['best', 'all']).default('best'),
      how: z.enum(['inner', 'left']).default('inner'),
      columnPrefix: nameOption.default('right_'),
      embedder: nameOption.default('embedder'),
      serving: nameOption.default('default'),
      prompt: promptOption.optional(),
      language: languageOption,
      ...samplingOptions,
    })
    .superRefine((given, { addIssue }) => {
      const message = faultOf(given)
      if (message !== undefined) addIssue({ code: 'custom', path: ['right'], message, input: given.right })
    }),
  columns: (given) => joinColumns(given),
  deterministic: false,
  sources: ['right'],
  prompts: filledPrompt('prompt', prompts, ['left', 'right']),
  servings: ({ criterion, serving, embedder }) => [
    { kind: 'embedding', name: embedder },
    ...(criterion === undefined ? [] : [{ kind: 'llm' as const, name: serving }]),
  ],
  inject: [SERVINGS],
  create: ({ serving, embedder, ...given }, [servings]) =>
    new MeaningJoiner({
      ...given,
      embedder: servings.get(embedder, 'embedding'),
      serving: given.criterion === undefined ? undefined : servings.get(serving, 'llm'),
    }),
})
