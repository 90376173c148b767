import { open, rm, stat } from 'node:fs/promises'
import { type Columns, type ColumnType, rowFromEntries } from '@maestro-dataflow/core'
import type { Shapes } from '../spooled/spool-shapes.js'
import type { Shape } from './column-shape.js'
import type { ParquetLayout } from './parquet-layout.js'

/** With fewer bytes, JavaScript has written the file before a database has started. */
const leastBytes = 4 * 1024 ** 2

/** Lets a table engine write the rows that were held back, if it writes their values as this package does. */
export async function isWrittenByEngine(
  spool: string,
  path: string,
  { shapes, rows }: Shapes,
  { engine, compression, rowGroup }: ParquetLayout,
): Promise<boolean> {
  const columns = plainTypes(shapes)
  if (engine === undefined || columns === undefined || (await stat(spool)).size < leastBytes) return false
  const written = await engine({ path: spool, columns }, { path, compression, rowGroup })
  if (written !== rows) {
    await rm(path, { force: true })
    return false
  }
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  return true
}

function plainTypes(shapes: ReadonlyMap<string, Shape>): Columns | undefined {
  const columns: [string, ColumnType][] = []
  for (const [name, shape] of shapes) {
    const type = plainType(shape)
    if (type === undefined) return undefined
    columns.push([name, type])
  }
  return rowFromEntries(columns)
}

const int64 = 2n ** 63n

function plainType(shape: Shape): ColumnType | undefined {
  switch (shape.kind) {
    case 'boolean':
    case 'string':
      return shape.kind
    case 'none':
      return 'string'
    case 'double':
      return 'number'
    case 'integer': {
      if (!shape.hasNumbers) return shape.least >= -int64 && shape.most < int64 ? 'bigint' : undefined
      const safe = BigInt(Number.MAX_SAFE_INTEGER)
      return shape.least >= -safe && shape.most <= safe ? 'integer' : undefined
    }
    default:
      return undefined
  }
}
