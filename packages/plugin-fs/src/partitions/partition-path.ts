import { posix } from 'node:path'
import { maestroError, type Row } from '@maestro-dataflow/core'
import { endingOf, type FileFormat } from '../format.js'

/** The name of a folder for rows without a value, as other programs write it. */
const noValue = '__HIVE_DEFAULT_PARTITION__'
const longestName = 200
const placeholder = /\{([^{}/]+)\}/g

/** Whether rows go to several files, by the values of columns. */
export const isPartitioned = ({ path, partitionBy }: Partitioning): boolean =>
  partitionBy !== undefined || placeholders(path).length > 0

export interface Partitioning {
  readonly path: string
  readonly partitionBy?: readonly string[] | undefined
  /** The format of the files, which have its ending in a folder of partitions whose path names no file. */
  readonly format?: FileFormat | undefined
}

/** The columns that a path names, such as `out/{label}.jsonl`. */
export const placeholders = (path: string): readonly string[] =>
  Array.from(path.matchAll(placeholder), ([, name = '']) => name)

/** The columns whose values choose the file of a row. */
export const partitionColumns = ({ path, partitionBy = [] }: Partitioning): readonly string[] => [
  ...new Set([...partitionBy, ...placeholders(path)]),
]

/** A glob of all files to which rows may go. */
export const partitionGlob = (given: Partitioning): string => pathWith(given, () => '*')

/** The path of the file of a row. @throws MAESTRO_ROW_UNENCODABLE */
export function partitionPath(given: Partitioning, row: Row): string {
  return pathWith(given, (column) => nameOf(Object.hasOwn(row, column) ? row[column] : undefined, column))
}

function pathWith(given: Partitioning, nameIn: (column: string) => string): string {
  const { folder, file } = filePattern(given)
  const filled = (part: string) => part.replace(placeholder, (_, column: string) => nameIn(column))
  const folders = (given.partitionBy ?? []).map((column) => `${encodeURIComponent(column)}=${nameIn(column)}/`)
  return `${filled(folder)}${folders.join('')}${filled(file)}`
}

/** With partitions, a path without an ending is a folder, as it is for other programs that write partitions. */
function filePattern({ path, partitionBy, format }: Partitioning): { readonly folder: string; readonly file: string } {
  const name = posix.basename(path)
  const isFolder = partitionBy !== undefined && format !== undefined && (path.endsWith('/') || !/\.\w+$/.test(name))
  if (isFolder) return { folder: path.endsWith('/') ? path : `${path}/`, file: `rows.${endingOf(format)}` }
  return { folder: path.slice(0, path.length - name.length), file: name }
}

/** A value as a part of a path. It never leaves its folder. */
function nameOf(value: unknown, column: string): string {
  if (value === null || value === undefined) return noValue
  const text = value instanceof Date && !Number.isNaN(value.getTime()) ? isoOf(value) : value
  const unfit = (type: string) => maestroError('MAESTRO_ROW_UNENCODABLE', { column, type })
  if (typeof text === 'object' || typeof text === 'function' || typeof text === 'symbol')
    throw unfit('value that is not the name of a folder')
  if (text === noValue) throw unfit(`text ${noValue}, the name of the folder of rows without a value`)
  if (text === '') throw unfit('text without characters as the name of a folder')
  if (typeof text === 'string' && !text.isWellFormed()) throw unfit('text with half a character in it')
  const name = encodeURIComponent(String(text)).replace(/[*'().]/g, (sign, at: number) =>
    sign === '.' && at > 0 ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  if (name.length > longestName) throw unfit(`text of ${name.length} characters as the name of a folder`)
  return name
}

/** A day without its time. */
const isoOf = (date: Date) => date.toISOString().replace('T00:00:00.000Z', '')

/** The columns that the folders of a path state, such as `year=2026`. */
export function partitionIn(path: string): Readonly<Record<string, string | null>> {
  const folders = path.split('/').slice(0, -1)
  const found = folders.flatMap((folder): [string, string | null][] => {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(folder) ?? []
    if (name === undefined || value === undefined) return []
    return [[decoded(name), value === noValue ? null : decoded(value)]]
  })
  return Object.fromEntries(found)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
