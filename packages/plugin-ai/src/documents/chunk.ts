import {
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  FlatMapOperator,
  type OutputOf,
  optionsSchema,
  type Refinement,
  type Row,
  typed,
  when,
  withDefault,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type GivenOptions, parseOptions } from '../asking/alone.js'
import { nameOption } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'
import { type Chunk, splitText } from './split-text.js'

const fields = {
  /** The column of the text. */
  input: column(),
  /**
   * The places to split a text. `fixed` cuts exactly at the size; `sentence` and `paragraph` cut after the last one
   * that fits; `recursive` cuts after a paragraph, else a line, else a sentence; `markdown` does the same within each
   * heading. If none of them fits, the cut is between words, and else between characters.
   *
   * @default 'recursive'
   */
  method: withDefault(z.enum(['fixed', 'sentence', 'paragraph', 'markdown', 'recursive']), 'recursive'),
  /** The maximum size of a chunk. @default 1000 */
  size: z.number().int().positive().default(1000),
  /** The maximum part of the previous chunk that a chunk repeats. It must be less than `size`. @default 0 */
  overlap: z.number().int().nonnegative().default(0),
  /**
   * The unit of sizes: characters, as JavaScript counts them, or tokens, estimated from the script.
   *
   * @default 'characters'
   */
  unit: z.enum(['characters', 'tokens']).default('characters'),
  /** The column of the chunk. `<output>_index`, `_start`, and `_end` are added too. @default the value of `input` */
  output: nameOption.optional(),
  /**
   * The column of the positions in the text where pages begin, as `ai.load-documents` adds it. `<output>_page` holds
   * the page.
   */
  pages: column().optional(),
}

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ size, overlap }, { addIssue }) => {
  const message = 'it must be smaller than `size`'
  if (overlap >= size) addIssue({ code: 'custom', path: ['overlap'], message, input: overlap })
}

const schema = optionsSchema(fields, refine)

/** Options of `TextChunker`: those of `ai.chunk`. */
export type TextChunkerOptions = GivenOptions<typeof fields>

function columnsOf({ input, output = input, method, pages }: Options): Columns {
  return {
    [output]: 'string',
    [`${output}_index`]: 'integer',
    [`${output}_start`]: 'integer',
    [`${output}_end`]: 'integer',
    ...(method === 'markdown' ? { [`${output}_headings`]: 'json' as const } : {}),
    ...(pages === undefined ? {} : { [`${output}_page`]: 'integer' as const }),
  }
}

/**
 * Splits a text into chunks, one row for each, with its position: `text.slice(start, end)` is the chunk.
 *
 * @example
 * await new TextChunker({ input: 'text', method: 'sentence', size: 800, overlap: 100 }).run(storage)
 */
export class TextChunker extends FlatMapOperator {
  readonly #options: Options

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(given: TextChunkerOptions) {
    super()
    this.#options = parseOptions('TextChunker', schema, given)
  }

  override get columns(): ColumnEffects {
    return { reads: readsOf(this.#options), adds: columnsOf(this.#options) }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_VALUE, MAESTRO_AI_PAGES */
  flatMap(row: Row): readonly Row[] {
    const { input, output = input, pages } = this.#options
    const starts = pages === undefined ? undefined : pageStarts(row, pages)
    const text = columnText(row, input)
    return splitText(text, this.#options).map(({ start, end, headings }: Chunk, index) => ({
      ...row,
      [output]: text.slice(start, end),
      [`${output}_index`]: index,
      [`${output}_start`]: start,
      [`${output}_end`]: end,
      ...(headings === undefined ? {} : { [`${output}_headings`]: headings }),
      ...(starts === undefined ? {} : { [`${output}_page`]: starts.findLastIndex((first) => first <= start) + 1 }),
    }))
  }
}

const readsOf = ({ input, pages }: Options) => (pages === undefined ? [input] : [input, pages])

/** The positions where pages begin, in ascending order. @throws MAESTRO_AI_PAGES */
function pageStarts(row: Row, column: string): readonly number[] {
  const value = row[column]
  if (Array.isArray(value) && value.every((start) => Number.isInteger(start))) return value
  throw aiError('MAESTRO_AI_PAGES', { column })
}

/** `ai.chunk`: splits a long text into rows of chunks. */
export const chunk = defineOperator({
  name: 'ai.chunk',
  kind: 'flatMap',
  description: 'Splits a text into chunks, one row for each, with its position in the text',
  options: fields,
  refine,
  adds: {
    '{output|input}': 'string',
    '{output|input}_index': 'integer',
    '{output|input}_start': 'integer',
    '{output|input}_end': 'integer',
    '{output|input}_headings': when({ method: 'markdown' }, typed<readonly string[]>('json')),
    '{output|input}_page': when('pages', 'integer'),
  },
  deterministic: true,
  stateless: true,
  create: (given) => new TextChunker(given),
})
