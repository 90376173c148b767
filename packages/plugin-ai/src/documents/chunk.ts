import { type ColumnEffects, type Columns, defineOperator, FlatMapOperator, type Row } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'
import type { ChunkUnit } from './measure.js'
import { type Chunk, type ChunkMethod, splitText } from './split-text.js'

const options = z
  .strictObject({
    input: nameOption,
    method: z.enum(['fixed', 'sentence', 'paragraph', 'markdown', 'recursive']).default('recursive'),
    size: z.number().int().positive().default(1000),
    overlap: z.number().int().nonnegative().default(0),
    unit: z.enum(['characters', 'tokens']).default('characters'),
    output: nameOption.optional(),
    pages: nameOption.optional(),
  })
  .refine(({ size, overlap }) => overlap < size, {
    path: ['overlap'],
    message: 'it must be smaller than `size`, or the chunks would never move on',
  })

type Options = z.output<typeof options>

/** How a `TextChunker` cuts a text into rows. */
export interface TextChunkerOptions {
  readonly input: string
  /** @default 'recursive' */
  readonly method?: ChunkMethod
  /** What a chunk has at most. @default 1000 */
  readonly size?: number
  /** What a chunk repeats of the one before at most. @default 0 */
  readonly overlap?: number
  /** @default 'characters' */
  readonly unit?: ChunkUnit
  /** @default the column of the text */
  readonly output?: string
  /** The column that says where in the text each page begins, as `ai.load-documents` adds it. */
  readonly pages?: string
}

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
 * Makes a row of each chunk of a text, with the place where it stood: `text.slice(start, end)` is the chunk.
 *
 * @example
 * await new TextChunker({ input: 'text', method: 'sentence', size: 800, overlap: 100 }).run(storage)
 */
export class TextChunker extends FlatMapOperator {
  readonly #options: Options

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(given: TextChunkerOptions) {
    super()
    const result = options.safeParse(given)
    if (!result.success)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'TextChunker',
        reason: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      })
    this.#options = result.data
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

/** Where pages begin, in rising order. @throws MAESTRO_AI_PAGES */
function pageStarts(row: Row, column: string): readonly number[] {
  const value = row[column]
  if (Array.isArray(value) && value.every((start) => Number.isInteger(start))) return value
  throw aiError('MAESTRO_AI_PAGES', { column })
}

/** `ai.chunk`: a long text as rows of chunks. */
export const chunk = defineOperator({
  name: 'ai.chunk',
  kind: 'flatMap',
  description: 'Cuts a text into chunks, a row for each, with the place where it stood',
  options,
  columns: (given: Options) => ({ reads: readsOf(given), adds: columnsOf(given) }),
  deterministic: true,
  create: ({ output, pages, ...given }) =>
    new TextChunker({
      ...given,
      ...(output === undefined ? {} : { output }),
      ...(pages === undefined ? {} : { pages }),
    }),
})
