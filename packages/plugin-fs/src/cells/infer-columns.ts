import { type Columns, rowFromEntries } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { isDelimited, isText } from '../format.js'
import type { FoundFile } from '../found-file.js'
import type { GivenReadOptions, ReadOptions } from '../options.js'
import { readFile } from '../read-file.js'
import { TypeInference } from './infer-types.js'

/** The number of rows that are looked at. */
export const sampleRows = 10_000

/**
 * The options with the columns that a sample of the rows has. Formats with types of their own need no sample.
 *
 * @throws MAESTRO_FS_OPTION_UNFIT for `types` without `columns: 'infer'`
 */
export async function withInferredColumns(given: GivenReadOptions, files: readonly FoundFile[]): Promise<ReadOptions> {
  const { columns, types = {}, ...options } = given
  if (columns !== 'infer') {
    if (given.types !== undefined) throw unfit('types', "`columns: 'infer'`", given)
    return { ...options, columns }
  }
  if (options.schema !== undefined || files.every(({ format }) => !isDelimited(format) && !isText(format)))
    return Object.keys(types).length === 0 ? options : { ...options, columns: undefined }
  if (files.some(({ format }) => !isDelimited(format))) throw unfit("columns: 'infer'", 'CSV and TSV files', given)
  const found = await inferColumns(files, options)
  return { ...options, columns: rowFromEntries(Object.entries({ ...found, ...types })) }
}

const unfit = (option: string, formats: string, { path }: GivenReadOptions) =>
  fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats, path: [path].flat().join(', ') })

async function inferColumns(files: readonly FoundFile[], options: ReadOptions): Promise<Columns> {
  const found = new Map<string, TypeInference>()
  let rowsSeen = 0
  for (const file of files) {
    const plain = { ...options, key: undefined, columns: undefined }
    for await (const { rows } of readFile(file, plain, { counted: () => undefined })) {
      for (const row of rows.slice(0, sampleRows - rowsSeen))
        for (const [name, cell] of Object.entries(row)) {
          const inference = found.get(name) ?? new TypeInference(options)
          found.set(name, inference)
          if (typeof cell === 'string') inference.add(cell)
        }
      rowsSeen += rows.length
      if (rowsSeen >= sampleRows) break
    }
    if (rowsSeen >= sampleRows) break
  }
  return rowFromEntries(Array.from(found, ([name, inference]) => [name, inference.type] as const))
}
