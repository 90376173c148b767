import { type Columns, columnNames, type Row } from '@maestro-dataflow/core'
import { joinShapes, none, type Shape, shapeOf } from '../parquet/column-shape.js'
import { readSpool } from './read-spool.js'

/** The shapes of the columns of all rows that were held back. */
export async function shapesOf(
  spool: string,
  names: readonly string[],
  types: Columns,
): Promise<ReadonlyMap<string, Shape>> {
  const shapes = new Map<string, Shape>(names.map((name) => [name, none]))
  for await (const rows of readSpool(spool, 1024)) for (const row of rows) addShapes(row, shapes, types)
  return shapes
}

function addShapes(row: Row, shapes: Map<string, Shape>, types: Columns): void {
  for (const name of columnNames(row)) {
    const known = shapes.get(name) ?? none
    shapes.set(name, joinShapes(known, shapeOf(row[name], Object.hasOwn(types, name) ? types[name] : 'unknown')))
  }
}
