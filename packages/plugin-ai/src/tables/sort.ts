import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  fieldsOf,
  flag,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  newColumn,
  promptOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, nameOption, samplingOf, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from './ask-each.js'
import { readTable, type TextRow } from './read-table.js'
import { highestScore, SortPrompt } from './sort.prompt.js'

const prompts = promptsOf(SortPrompt)

const fields = fieldsOf(
  {
    /** The column of the texts. */
    input: column(),
    /** The criterion that the first row meets best: "How urgent is it?" */
    criterion: nameOption,
    /**
     * `score` asks for a score of each row, with one call per row; `pairwise` compares two rows at a time, with about n
     * log n calls, and finds smaller differences.
     *
     * @default 'score'
     */
    method: z.enum(['score', 'pairwise']).default('score'),
    /** The number of rows to keep. With `pairwise`, a smaller number takes fewer calls. @default all */
    count: z.number().int().positive().optional(),
    /**
     * With `pairwise`: whether to ask twice, the second time with the texts swapped. Answers that differ are a tie.
     *
     * @default false
     */
    bothOrders: flag(),
    /** The column of the rank, from 1. @default 'rank' */
    output: newColumn('rank'),
    /**
     * A prompt that replaces the operator's own. Its variable is `text`; with `pairwise`, its variables are `a` and
     * `b`.
     */
    prompt: promptOption({
      allowed: prompts,
      variables: ({ method }) => (method === 'score' ? ['text'] : ['a', 'b']),
      overRow: false,
    }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `Sorter`: those of `ai.sort`, with the model itself as `serving`. */
export type SorterOptions = Alone<typeof fields>

const scored = z.strictObject({ score: z.literal(Array.from({ length: highestScore + 1 }, (_, score) => score)) })
const compared = z.strictObject({ better: z.enum(['a', 'b', 'tie']) })

/**
 * Sorts rows by a criterion that a model judges: with a score for each row, or by comparing pairs, which takes more
 * calls and finds smaller differences. Equal rows keep their order.
 */
export class Sorter extends GlobalOperator {
  readonly #options: SorterOptions
  readonly #asker: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: SorterOptions) {
    super()
    const { serving, criterion, prompt, method = 'score', language, instructions } = options
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Sorter', reason: 'a serving is required' })
    this.#options = options
    const schema = method === 'score' ? scored : compared
    const asked =
      allowedPrompt('Sorter', prompts, prompt) ?? new SortPrompt({ criterion, method, language, instructions })
    const sampling = { temperature: 0, ...samplingOf(options) }
    this.#asker = new Asker({ serving, prompt: asked, schema, sampling })
  }

  override get columns(): ColumnEffects {
    return sortColumns(this.#options)
  }

  /** @throws MAESTRO_SERVING_* with 'pairwise'; with 'score', rows without a score are rejected */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, method = 'score', count = Number.POSITIVE_INFINITY, output = 'rank' } = this.#options
    const table = await readTable(all, input, context)
    const sorted =
      method === 'score' ? await this.#byScore(table, context) : await this.#pairwise(table, count, context)
    const kept = sorted.slice(0, count)
    yield { ids: kept.map(({ id }) => id), rows: kept.map(({ row }, index) => ({ ...row, [output]: index + 1 })) }
  }

  async #byScore(table: readonly TextRow[], context: GlobalContext): Promise<readonly TextRow[]> {
    const { signal, step, run } = context
    const scores = await askEach(
      table,
      async ({ id, row, text }) => {
        try {
          return (await this.#asker.data(scored, { text }, { signal, step, run, rowId: id })).score
        } catch (error) {
          if (!MaestroError.is(error) || signal.aborted) throw error
          context.reject(id, row, error)
          return undefined
        }
      },
      signal,
    )
    return table
      .map((one, index) => ({ one, score: scores[index] }))
      .filter(({ score }) => score !== undefined)
      .sort((first, second) => (second.score ?? 0) - (first.score ?? 0))
      .map(({ one }) => one)
  }

  /** A merge sort whose merges of one level run concurrently. With `count`, each merge keeps only that many rows. */
  async #pairwise(table: readonly TextRow[], count: number, context: GlobalContext): Promise<readonly TextRow[]> {
    let runs: (readonly TextRow[])[] = table.map((one) => [one])
    while (runs.length > 1) {
      const pairs = Array.from(
        { length: Math.ceil(runs.length / 2) },
        (_, index) => [runs[2 * index] ?? [], runs[2 * index + 1] ?? []] as const,
      )
      runs = [...(await askEach(pairs, ([left, right]) => this.#merged(left, right, count, context), context.signal))]
    }
    return runs[0] ?? []
  }

  async #merged(
    left: readonly TextRow[],
    right: readonly TextRow[],
    count: number,
    context: GlobalContext,
  ): Promise<readonly TextRow[]> {
    const merged: TextRow[] = []
    let [l, r] = [0, 0]
    while (merged.length < count) {
      const [one, other] = [left[l], right[r]]
      if (one === undefined || other === undefined) break
      // The earlier row stays first unless the other one is better.
      const otherFirst = (await this.#better(one, other, context)) === 'b'
      merged.push(otherFirst ? other : one)
      if (otherFirst) r++
      else l++
    }
    return [...merged, ...left.slice(l), ...right.slice(r)].slice(0, count)
  }

  /** With both orders, different answers are a tie. */
  async #better(one: TextRow, other: TextRow, { signal, step, run }: GlobalContext): Promise<'a' | 'b' | 'tie'> {
    const ask = async (a: string, b: string) =>
      (await this.#asker.data(compared, { a, b }, { signal, step, run, rowId: one.id })).better
    if (this.#options.bothOrders !== true) return ask(one.text, other.text)
    const [first, second] = await Promise.all([ask(one.text, other.text), ask(other.text, one.text)])
    return first === 'a' && second === 'b' ? 'a' : first === 'b' && second === 'a' ? 'b' : 'tie'
  }
}

function sortColumns({ input, output = 'rank' }: Pick<SorterOptions, 'input' | 'output'>): ColumnEffects {
  return { reads: [input], adds: { [output]: 'integer' } }
}

/**
 * `ai.sort`: sorts rows by a criterion.
 *
 * @remarks Cost: One call per row; with `method: 'pairwise'` about n log n calls, fewer with `count`, and twice as many
 * with `bothOrders`.
 */
export const sort = defineOperator({
  name: 'ai.sort',
  kind: 'opaque',
  description: 'Sorts rows by a criterion, with a score for each row or by comparing pairs of rows',
  options: fields,
  adds: { '{output}': 'integer' },
  ...asksModel,
  create: (given, [servings]) => new Sorter(withServing(given, servings)),
})
