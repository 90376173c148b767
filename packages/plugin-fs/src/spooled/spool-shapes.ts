import { type Columns, columnNames, type Row } from '@maestro-dataflow/core'
import { covers, joinShapes, mixesMore, none, type Shape, shapeOf } from '../parquet/column-shape.js'
import { readSpool } from './read-spool.js'

/** The shapes of the columns of rows, in the order in which the columns appear. */
export interface Shapes {
  readonly shapes: ReadonlyMap<string, Shape>
  readonly rows: number
}

/** Gathers the shapes of the columns of rows. */
export class RunningShapes implements Shapes {
  readonly shapes: Map<string, Shape>
  rows = 0
  readonly #types: Columns

  /** @param names The first columns. @param types What the plan knows of them. */
  constructor(names: readonly string[], types: Columns) {
    this.shapes = new Map(names.map((name) => [name, none]))
    this.#types = types
  }

  add(row: Row): void {
    this.rows++
    for (const name of columnNames(row)) {
      const known = this.shapes.get(name)
      if (known === undefined || !covers(known, row[name])) this.shapes.set(name, this.#with(name, row[name]))
    }
  }

  /** Whether a part of a column whose values have one type would have several with this value. */
  mixes(name: string, value: unknown): boolean {
    return mixesMore(this.shapes.get(name) ?? none, this.#with(name, value))
  }

  #with(name: string, value: unknown): Shape {
    const type = Object.hasOwn(this.#types, name) ? this.#types[name] : 'unknown'
    return joinShapes(this.shapes.get(name) ?? none, shapeOf(value, type))
  }
}

/** The shapes of the columns of all rows that were held back. */
export async function shapesOf(spool: string, names: readonly string[], types: Columns): Promise<Shapes> {
  const running = new RunningShapes(names, types)
  for await (const rows of readSpool(spool, 1024)) for (const row of rows) running.add(row)
  return running
}
