import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type EmbeddingServing,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  MaestroError,
  type OutputOf,
  promptOption,
  type Refinement,
  type Row,
  type RowFunction,
  RowSource,
  rowFunction,
  type SourceRow,
  servingOption,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, nameOption, samplingOf, WordsOptions } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { allowedPrompt, type GivenPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { dot } from '../vectors/metrics.js'
import { askEach } from './ask-each.js'
import { embedTexts } from './embed-texts.js'
import { JoinPrompt } from './join.prompt.js'
import { columnsOfRows, columnsOfSide, readSide, type SideTable, sideTableOption, unknownColumn } from './read-side.js'
import { readTable, type TextRow } from './read-table.js'

const prompts = promptsOf(JoinPrompt)

const fields = fieldsOf(
  {
    /** The column of the texts. */
    input: column(),
    /** The other table: rows in code, or another source, `{ use, ...options }`. It is held in memory. */
    right: sideTableOption,
    /** The column of the other table that `input` is compared with. */
    on: nameOption,
    /** The criterion that must hold for both texts. A model judges it. @default the cosine similarity decides */
    criterion: nameOption.optional(),
    /**
     * The lowest cosine similarity of rows that match or, with a criterion, of rows that the model judges, -1 to 1.
     *
     * @default 0.7; with a criterion, 0.3
     */
    threshold: z.number().min(-1).max(1).optional(),
    /** The number of rows of the other table that each row is compared with, the nearest ones. @default 5 */
    candidates: z.number().int().positive().default(5),
    /** Whether to keep the best match of each row, or all matches. @default 'best' */
    matches: z.enum(['best', 'all']).default('best'),
    /** `inner` drops rows without a match; `left` keeps them, with nulls. @default 'inner' */
    how: z.enum(['inner', 'left']).default('inner'),
    /**
     * The prefix of the other table's columns. The column `match_score` holds the cosine similarity.
     *
     * @default 'right_'
     */
    columnPrefix: nameOption.default('right_'),
    /** The name of the embedding model in the config. @default 'embedder' */
    embedder: servingOption().default('embedder'),
    /** A prompt that replaces the operator's own. Its variables are `left` and `right`, two texts. */
    prompt: promptOption({ allowed: prompts, variables: ['left', 'right'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `MeaningJoiner`: those of `ai.join`, with the models themselves as `serving` and `embedder`. */
export type MeaningJoinerOptions = Alone<
  typeof fields,
  { readonly serving?: LLMServing | undefined; readonly embedder: EmbeddingServing; readonly right: SideTable }
>

/** The right table after it was read. */
interface Side {
  readonly rows: readonly Row[]
  readonly texts: readonly string[]
  readonly names: readonly string[]
}

const verdict = z.strictObject({ match: z.boolean() })

interface Candidate {
  readonly index: number
  readonly near: number
}

/**
 * Joins rows of two tables that match by meaning. The rows with the nearest vectors are candidates, and a threshold or
 * a model decides.
 */
export class MeaningJoiner extends GlobalOperator {
  readonly #options: MeaningJoinerOptions
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: MeaningJoinerOptions) {
    super()
    const { criterion, serving, prompt, language, instructions, embedder } = options
    const fault = embedder === undefined ? 'an embedder is required' : faultOf(options)
    if (fault !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'MeaningJoiner', reason: fault })
    this.#options = options
    if (criterion === undefined) return
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'MeaningJoiner', reason: 'a serving is required' })
    const asked =
      allowedPrompt('MeaningJoiner', prompts, prompt) ?? new JoinPrompt({ criterion, language, instructions })
    const sampling = { temperature: 0, ...samplingOf(options) }
    this.#asker = new Asker({ serving, prompt: asked, schema: verdict, sampling })
  }

  override get columns(): ColumnEffects {
    return joinColumns(this.#options)
  }

  /** @throws MAESTRO_SERVING_* of the embedder; a row is rejected if the model gives no verdict */
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

  /** The nearest candidates that match according to the model. The calls run concurrently. */
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

  /** The columns of a row of the right table; nulls if there is no match. */
  #columnsOf(row: Row | undefined, { names }: Side): Row {
    const { columnPrefix = 'right_' } = this.#options
    return Object.fromEntries(names.map((name) => [columnPrefix + name, row?.[name] ?? null]))
  }
}

/** Checks that a table can be joined. */
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
}: {
  readonly right: SideTable
  readonly on: string
  readonly criterion?: string | undefined
  readonly prompt?: GivenPrompt
}): string | undefined {
  const unfit = right instanceof RowSource ? unknownColumn('right', right, on) : emptyText(right, on)
  if (unfit !== undefined) return unfit
  return prompt !== undefined && criterion === undefined ? '`criterion` is expected beside `prompt`' : undefined
}

function joinColumns({
  input,
  right,
  columnPrefix = 'right_',
}: {
  readonly input: string
  readonly right: SideTable
  readonly columnPrefix?: string | undefined
}): ColumnEffects {
  const names = columnsOfSide(right)
  // The columns of a source may be unknown before it is read.
  if (names === undefined) return { reads: [input], opaque: true }
  const added = names.map((name) => [columnPrefix + name, 'unknown'] as const)
  return { reads: [input], adds: { ...Object.fromEntries(added), match_score: 'number' } }
}

const refine: Refinement<OutputOf<typeof fields>> = (given, { addIssue }) => {
  const message = faultOf(given)
  if (message !== undefined) addIssue({ code: 'custom', path: ['right'], message, input: given.right })
}

/** The row with the columns of the matching row. */
export interface JoinedRow extends RowFunction {
  readonly row: With<this['before'], Joined<RightOf<this['options']>, PrefixOf<this['options']>>>
}
type Joined<Right, Prefix extends string> = {
  [Name in keyof Right & string as `${Prefix}${Name}`]: Right[Name] | null
} & { match_score: number | null }
type RightOf<Options> = Options extends { readonly right: readonly (infer Right)[] }
  ? Right
  : Options extends { readonly right: infer Given }
    ? SourceRow<Given>
    : never
type PrefixOf<Options> = Options extends { readonly columnPrefix: infer Prefix extends string } ? Prefix : 'right_'

/**
 * `ai.join`: joins rows of two tables that match by meaning.
 *
 * @remarks
 * Cost: The texts of both tables are embedded once; with a criterion, one call per candidate.
 */
export const join = defineOperator({
  name: 'ai.join',
  kind: 'opaque',
  description: 'Joins rows of two tables that match by meaning; a threshold or a model decides',
  options: fields,
  refine,
  columns: joinColumns,
  row: rowFunction<JoinedRow>(),
  ...asksModel,
  servings: (given) => [
    { kind: 'embedding', name: given.embedder },
    ...(given.criterion === undefined ? [] : asksModel.servings(given)),
  ],
  create: ({ serving, embedder, ...given }, [servings]) =>
    new MeaningJoiner({
      ...given,
      embedder: servings.get(embedder, 'embedding'),
      serving: given.criterion === undefined ? undefined : servings.get(serving, 'llm'),
    }),
})
