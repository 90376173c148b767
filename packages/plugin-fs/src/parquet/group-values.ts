import type { AsyncBuffer, ColumnChunk, DecodedArray, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { decompressors } from './codecs.js'
import type { ParquetColumn } from './parquet-columns.js'
import { parsers } from './parsed-values.js'

/** What the library needs to read a file. */
export interface DescribedFile {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  readonly schema: SchemaTree
}

/** The library looks for each column among all others, so that it gets some columns of a wide table at a time. */
const columnsAtOnce = 64

/** The values of a row group: for each of these columns, one for each row. They are those of the library. */
export async function groupValues(
  { file, metadata, schema }: DescribedFile,
  group: number,
  columns: readonly ParquetColumn[],
): Promise<readonly DecodedArray[]> {
  const { parquetRead } = await import('hyparquet')
  const trees = new Map(schema.children.map((tree) => [tree.element.name, tree]))
  const chunks = chunksByColumn(metadata, group)
  const values: DecodedArray[] = []
  for (let start = 0; start < columns.length; start += columnsAtOnce) {
    const names = columns.slice(start, start + columnsAtOnce).map(({ name }) => name)
    const found = new Map<string, DecodedArray[]>(names.map((name) => [name, []]))
    const [root] = metadata.schema as [SchemaElement]
    await parquetRead({
      file,
      metadata: {
        ...metadata,
        schema: [{ ...root, num_children: names.length }, ...names.flatMap((name) => elementsOf(trees.get(name)))],
        row_groups: metadata.row_groups
          .slice(group, group + 1)
          .map((one) => ({ ...one, columns: names.flatMap((name) => chunks.get(name) ?? []) })),
      },
      columns: names,
      compressors: decompressors as Record<string, (packed: Uint8Array, length: number) => Uint8Array>,
      parsers: parsers as never,
      utf8: false,
      onChunk: ({ columnName, columnData }) => found.get(columnName)?.push(columnData),
    })
    for (const pages of found.values()) values.push(joined(pages))
  }
  return values
}

function chunksByColumn({ row_groups: groups }: FileMetaData, group: number): ReadonlyMap<string, ColumnChunk[]> {
  const chunks = new Map<string, ColumnChunk[]>()
  for (const chunk of groups[group]?.columns ?? []) {
    const name = chunk.meta_data?.path_in_schema[0] ?? ''
    const own = chunks.get(name)
    if (own === undefined) chunks.set(name, [chunk])
    else own.push(chunk)
  }
  return chunks
}

/** The elements of a column and of what it contains, in the order of the file. */
function elementsOf(tree: SchemaTree | undefined): readonly SchemaElement[] {
  return tree === undefined ? [] : [tree.element, ...tree.children.flatMap(elementsOf)]
}

function joined(pages: readonly DecodedArray[]): DecodedArray {
  const [only, ...others] = pages
  if (only !== undefined && others.length === 0) return only
  const all: unknown[] = []
  for (const page of pages) for (let index = 0; index < page.length; index++) all.push(page[index])
  return all
}
