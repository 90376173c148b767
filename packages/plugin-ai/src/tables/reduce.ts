import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  type Columns,
  column,
  columns,
  defineOperator,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  type Only,
  promptOption,
  type Row,
  type RowFunction,
  rowFunction,
  type Schema,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { answerColumns } from '../asking/answer-columns.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, languageOption, nameOption, samplingOf, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { schemaOption } from '../asking/json-schema.js'
import type { OutputName } from '../asking/output-name.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { measureOf } from '../documents/measure.js'
import { aiError } from '../errors.js'
import { askEach } from './ask-each.js'
import { readTable, type TextRow } from './read-table.js'
import { ReducePrompt } from './reduce.prompt.js'

const prompts = promptsOf(ReducePrompt)
const defaultChunkTokens = 2000

const fields = fieldsOf(
  {
    /** The column of the texts. */
    input: column(),
    /** The instructions for combining the texts: "Sum up what customers complain of." */
    instructions: nameOption,
    /** The columns whose combinations of values become one row each. @default none: all rows become one */
    by: columns().optional(),
    /** The form of the answer, if it is not a text. Its properties become columns, or one column with `output`. */
    schema: schemaOption.optional(),
    /** The number of tokens of texts, estimated from the script, that one call asks about. @default 2000 */
    chunkTokens: z.number().int().positive().default(defaultChunkTokens),
    /**
     * The column of the answer. The column `count` holds the number of rows that it was made from.
     *
     * @default 'reduced'
     */
    output: nameOption.optional(),
    /** A prompt that replaces the operator's own. Its variable is `texts`. */
    prompt: promptOption({ allowed: prompts, variables: ['texts'], overRow: false }).optional(),
    /** The language of the operator's own prompt. The rows may be in any language. @default 'en' */
    language: languageOption,
  },
  AskingOptions,
)

/** Options of `Reducer`: those of `ai.reduce`, with the model itself as `serving`. */
export type ReducerOptions = Alone<typeof fields>

interface Group {
  readonly key: Row
  readonly members: TextRow[]
}

/**
 * Combines the rows of a group into one row with a model. The texts that fit into one call become one text, and the
 * results are combined again until one text is left. Groups and the calls of one level run concurrently.
 */
export class Reducer extends GlobalOperator {
  readonly #options: ReducerOptions
  readonly #texts: Asker
  readonly #data: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: ReducerOptions) {
    super()
    const { serving, instructions, language, schema } = options
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Reducer', reason: 'a serving is required' })
    const prompt = allowedPrompt('Reducer', prompts, options.prompt) ?? new ReducePrompt({ instructions, language })
    const sampling = samplingOf(options)
    this.#options = options
    this.#texts = new Asker({ serving, prompt, sampling })
    this.#data = schema && new Asker({ serving, prompt, schema, sampling })
  }

  override get columns(): ColumnEffects {
    return reduceColumns(this.#options)
  }

  /** If the texts of a group cannot be combined, its rows are rejected with MAESTRO_SERVING_*. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const table = await readTable(all, this.#options.input, context)
    const groups = groupsOf(table, this.#options.by ?? [])
    const folded = await askEach(groups, (group) => this.#row(group, context), context.signal)
    const rows = folded.flatMap((row, index) => (row === undefined ? [] : [{ row, key: groups[index]?.key ?? {} }]))
    yield { ids: rows.map(({ key }) => idOf(key)), rows: rows.map(({ row }) => row) }
  }

  async #row({ key, members }: Group, context: GlobalContext): Promise<Row | undefined> {
    try {
      const answer = await this.#fold(
        members.map(({ text }) => text),
        idOf(key),
        context,
      )
      return { ...key, ...answer, count: members.length }
    } catch (error) {
      if (!MaestroError.is(error) || context.signal.aborted) throw error
      for (const { id, row } of members) context.reject(id, row, error)
      return undefined
    }
  }

  async #fold(texts: readonly string[], rowId: string, context: GlobalContext): Promise<Row> {
    const { chunkTokens = defaultChunkTokens, output = 'reduced', schema } = this.#options
    const { signal, step, run } = context
    const call = { signal, step, run, rowId }
    const parts = packed(texts, chunkTokens)
    if (parts.length === 1) {
      if (schema === undefined || this.#data === undefined) return { [output]: await this.#texts.text({ texts }, call) }
      const data = await this.#data.data(schema, { texts }, call)
      return this.#options.output === undefined ? (data as Row) : { [output]: data }
    }
    const folded = await askEach(parts, (part) => this.#texts.text({ texts: part }, call), signal)
    return this.#fold(folded, rowId, context)
  }
}

/**
 * Splits texts, in order, into parts that fit into one call. Each part has at least two texts, so that the recursion
 * ends.
 */
function packed(texts: readonly string[], tokens: number): readonly (readonly string[])[] {
  const parts: string[][] = []
  let room = 0
  for (const text of texts) {
    const size = measureOf(text, 'tokens').size(0, text.length)
    const last = parts.at(-1)
    if (last !== undefined && (size <= room || last.length < 2)) {
      last.push(text)
      room -= size
    } else {
      parts.push([text])
      room = tokens - size
    }
  }
  return parts
}

function groupsOf(table: readonly TextRow[], by: readonly string[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const one of table) {
    const key = Object.fromEntries(by.map((column) => [column, one.row[column] ?? null]))
    const known = groups.get(idOf(key)) ?? { key, members: [] }
    known.members.push(one)
    groups.set(idOf(key), known)
  }
  return [...groups.values()]
}

const idOf = (key: Row) =>
  `reduce:${JSON.stringify(Object.values(key), (_, value) => (typeof value === 'bigint' ? `${value}n` : value))}`

function reduceColumns({
  input,
  by = [],
  schema,
  output,
}: Pick<ReducerOptions, 'input' | 'by' | 'schema' | 'output'>): ColumnEffects & {
  readonly adds: Columns
} {
  const answer = schema === undefined ? { [output ?? 'reduced']: 'string' as const } : answerColumns(schema, output)
  return { reads: [...new Set([input, ...by])], keeps: by, adds: { ...answer, count: 'integer' } }
}

/** The columns of the key and of the answer. */
export interface ReducedRow extends RowFunction {
  readonly row: With<
    Only<this['before'], KeyOf<this['options']> & keyof this['before']>,
    Reduced<this['options']> & { count: number }
  >
}
type KeyOf<Options> = Options extends { readonly by: readonly (infer Name)[] } ? Name : never
type Reduced<Options> = Options extends { readonly schema: Schema<infer _Input, infer Answer> }
  ? Options extends { readonly output: infer Name extends string }
    ? Record<Name, Answer>
    : Answer
  : Record<OutputName<Options, 'reduced'>, string>

/**
 * `ai.reduce`: combines the rows of a group into one row.
 *
 * @remarks
 * Cost: About one call for each `chunkTokens` of text, and one more per group.
 */
export const reduce = defineOperator({
  name: 'ai.reduce',
  kind: 'opaque',
  description: 'Combines the rows of a group into one row with a model, part by part',
  options: fields,
  columns: reduceColumns,
  row: rowFunction<ReducedRow>(),
  ...asksModel,
  create: (given, [servings]) => new Reducer(withServing(given, servings)),
})
