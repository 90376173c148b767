import {
  type Columns,
  columnNames,
  rowFromEntries,
  rowsToInfer,
  rowWith,
  type SuggestedOptions,
} from '@maestro-dataflow/core'
import { headerColumns } from '../check-source.js'
import { fsError } from '../errors.js'
import { isDelimited, isText } from '../format.js'
import type { FoundFile } from '../found-file.js'
import type { GivenReadOptions, ReadOptions } from '../options.js'
import { readFile } from '../read-file.js'
import { inferDelimiter } from './infer-delimiter.js'
import { TypeInference } from './infer-types.js'

/** Receives the options that may be meant by the cells of a column, such as `numberFormat: "1.234,56"`. */
type Suggest = (column: string, suggestion: string) => void

/**
 * The options with the columns that a sample of the rows has, and the delimiter of the file. Formats with types of their
 * own need no sample.
 *
 * @param suggest Is not called for columns in `types`.
 * @throws MAESTRO_FS_OPTION_UNFIT for `types` without `columns: 'infer'`
 */
export async function withInferredColumns(
  given: GivenReadOptions,
  files: readonly FoundFile[],
  sampled = rowsToInfer,
  suggest: Suggest = () => undefined,
): Promise<ReadOptions> {
  const { columns, types = {}, ...options } = given
  if (columns !== 'infer') {
    if (given.types !== undefined) throw unfit('types', "`columns: 'infer'`", given)
    return { ...options, columns }
  }
  if (options.schema !== undefined || files.every(({ format }) => !isDelimited(format) && !isText(format)))
    return Object.keys(types).length === 0 ? options : { ...options, columns: undefined }
  if (files.some(({ format }) => !isDelimited(format))) throw unfit("columns: 'infer'", 'CSV and TSV files', given)
  const told = { ...options, delimiter: await inferDelimiter(files, options) }
  const inferred = await inferColumns(files, told, sampled)
  for (const [name, { suggestion }] of inferred)
    if (suggestion !== undefined && !Object.hasOwn(types, name)) suggest(name, suggestion)
  const found = rowFromEntries(Array.from(inferred, ([name, { type }]) => [name, type] as const))
  return { ...told, columns: rowWith(found, Object.entries(types)) as Columns }
}

const unfit = (option: string, formats: string, { path }: GivenReadOptions) =>
  fsError('MAESTRO_FS_OPTION_UNFIT', { option, formats, path: [path].flat().join(', ') })

/**
 * The columns of CSV and TSV files, and their delimiter if it is not the usual one, as options to write into a pipeline.
 * Other formats have types or none.
 */
export async function inferReadOptions(
  { schema: _schema, types: _types, ...given }: GivenReadOptions,
  files: readonly FoundFile[],
  sampled: number,
): Promise<SuggestedOptions> {
  if (!files.every(({ format }) => isDelimited(format))) return { options: {} }
  const remarks: [string, string][] = []
  const { columns, delimiter } = await withInferredColumns(
    { ...given, columns: 'infer' },
    files,
    sampled,
    (column, suggestion) => remarks.push([column, `if its cells are numbers or dates: ${suggestion}`]),
  )
  return {
    options: { ...(delimiter === given.delimiter ? {} : { delimiter }), columns },
    remarks: rowFromEntries(remarks) as Readonly<Record<string, string>>,
  }
}

/** The columns of the headers, with the types that the first rows have. */
async function inferColumns(
  files: readonly FoundFile[],
  options: ReadOptions,
  sampled: number,
): Promise<ReadonlyMap<string, TypeInference>> {
  const found = new Map<string, TypeInference>()
  const inferenceOf = (name: string): TypeInference => {
    const known = found.get(name) ?? new TypeInference(options)
    found.set(name, known)
    return known
  }
  const plain = { ...options, key: undefined, columns: undefined }
  let rowsSeen = 0
  for (const file of files) {
    if (rowsSeen >= sampled) break
    for (const name of (await headerColumns([file], options)) ?? []) inferenceOf(name)
    for await (const { rows } of readFile(file, plain, { counted: () => undefined })) {
      for (const row of rows.slice(0, sampled - rowsSeen))
        for (const name of columnNames(row)) {
          const cell = row[name]
          if (typeof cell === 'string') inferenceOf(name).add(cell)
        }
      rowsSeen += rows.length
      if (rowsSeen >= sampled) break
    }
  }
  return found
}
