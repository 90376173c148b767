import { type ColumnEffects, defineOperator, type OperatorDefinition, type Row } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { WrongPart } from './wrong-part.js'

type Kind = 'map' | 'filter' | 'flatMap' | 'mapBatches'

/** An operator that says that it adds `double: integer` and reads `n`, unless it says otherwise. */
function operator(
  kind: Kind,
  run: unknown,
  effects: ColumnEffects = kind === 'filter' ? { reads: ['n'] } : { reads: ['n'], adds: { double: 'integer' } },
): OperatorDefinition {
  return defineOperator({
    name: 'acme.double',
    kind,
    options: z.object({}),
    columns: () => effects,
    create: () => run as never,
  }) as OperatorDefinition
}

interface Numbered extends Row {
  n: number
  name: string
  tags: string[]
}

const double = (row: Numbered) => ({ ...row, double: typeof row.n === 'number' ? row.n * 2 : null })
const map = (run: (row: Numbered) => unknown, effects?: ColumnEffects) => operator('map', run, effects)
const each = (run: (rows: readonly Numbered[]) => unknown) => operator('mapBatches', run)

const notices = (fault: string, part: OperatorDefinition): WrongPart<OperatorDefinition> => ({
  fault,
  part,
  code: 'MAESTRO_STEP_CONTRACT',
})

/** Operators that are right. */
export const rightOperators: Readonly<Record<Kind, OperatorDefinition>> = {
  map: map(double),
  filter: operator('filter', (row: Numbered) => row.n !== 2),
  flatMap: operator('flatMap', function* (row: Numbered) {
    yield double(row)
    yield { ...row, double: 0 }
  }),
  mapBatches: each((rows) => rows.map(double)),
}

/** Operators that do not do what they declare. They get rows `{ n, name, tags }`. */
export const wrongOperators: readonly WrongPart<OperatorDefinition>[] = [
  // What it returns.
  notices('returns a text where it declares a number', map((row) => ({ ...row, double: String(row.n * 2) }))),
  notices('returns a fraction where it declares an integer', map((row) => ({ ...row, double: row.n + 0.5 }))),
  notices('returns the text null', map((row) => ({ ...row, double: 'null' }))),
  notices('returns an object where it declares a number', map((row) => ({ ...row, double: { value: 2 } }))),
  notices('does not add the column that it declares', map((row) => ({ ...row }))),
  notices('adds a column that it does not declare', map((row) => ({ ...double(row), colour: 'red' }))),
  notices('misspells the column that it declares', map((row) => ({ ...row, Double: row.n * 2 }))),
  notices('drops all other columns', map(({ n }) => ({ n, double: n * 2 }))),
  notices('drops one other column', map(({ name: _, ...row }) => ({ ...row, double: row.n * 2 }))),
  notices('changes a column that it only reads', map((row) => ({ ...double(row), n: row.n + 1 }))),
  notices('keeps a column that it declares to drop', map((row) => ({ ...row }), { drops: ['name'] })),
  notices('keeps a column that it does not keep', map((row) => ({ ...row }), { keeps: ['n'] })),
  notices('copies a column that it declares to rename', map((row) => ({ ...row, id: row.n }), { renames: { n: 'id' } })),
  notices('changes a column that it renames', map(({ n, ...row }) => ({ ...row, id: n + 1 }), { renames: { n: 'id' } })),
  notices('returns a promise in a cell', map((row) => ({ ...row, double: Promise.resolve(row.n * 2) }))),
  notices('returns a promise in a cell without declaring anything', map((row) => ({ ...row, x: (async () => 1)() }), { opaque: true })),
  // What it does to the row.
  notices('changes the row in place', map((row) => Object.assign(row, { double: row.n * 2 }))),
  notices(
    'changes a list in the row',
    map((row) => {
      row.tags.push('seen')
      return double(row)
    }),
  ),
  notices(
    'deletes from the row in a filter',
    operator('filter', (row: Partial<Numbered>) => {
      delete row.name
      return true
    }),
  ),
  notices('writes to the row in a filter', operator('filter', (row: Numbered) => (row.n = 7) > 0)),
  notices('sorts a list in a filter', operator('filter', (row: Numbered) => row.tags.sort().length > 0)),
  // Several rows.
  notices('returns too few results for a batch', each((rows) => rows.map(double).slice(1))),
  notices('returns too many results for a batch', each((rows) => [...rows.map(double), double(rows[0] as Numbered)])),
  notices('leaves out results of a batch', each((rows) => rows.filter(({ n }) => n !== 2).map(double))),
  notices('turns the order of a batch', each((rows) => rows.map(double).reverse())),
  notices('moves the results of a batch by one', each((rows) => [...rows.slice(1), ...rows.slice(0, 1)].map(double))),
  notices(
    'returns one object for all rows of a batch',
    each((rows) => {
      const one = {} as Row
      return rows.map((row) => Object.assign(one, double(row)))
    }),
  ),
  notices(
    'yields one object again and again',
    operator('flatMap', function* (row: Numbered) {
      const one: Record<string, unknown> = double(row)
      yield one
      one.double = 0
      yield one
    }),
  ),
  notices(
    'yields one object again and again, in time',
    operator('flatMap', async function* (row: Numbered) {
      const one: Record<string, unknown> = double(row)
      yield one
      await null
      one.double = 0
      yield one
    }),
  ),
  // What it returns for several rows.
  notices(
    'returns one object for all rows',
    map(((one: Row) => (row) => Object.assign(one, double(row)))({})),
  ),
  notices(
    'returns one object for all rows from an async function',
    map(((one: Row) => async (row) => Object.assign(one, double(row)))({})),
  ),
  notices(
    'returns one object for all rows after a wait of its own',
    map(
      ((one: Row) => async (row) => {
        await new Promise((resolve) => setTimeout(resolve, row.n))
        return Object.assign(one, double(row))
      })({}),
    ),
  ),
  notices(
    'puts one list into all rows and adds to it',
    map(
      ((seen: number[]) => (row) => {
        seen.push(row.n)
        return { ...double(row), seen }
      })([]),
      { reads: ['n'], adds: { double: 'integer', seen: 'json' } },
    ),
  ),
  notices(
    'reuses one vector for all rows',
    map(
      ((vector: Float32Array) => (row) => {
        vector[0] = row.n
        return { ...double(row), vector }
      })(new Float32Array(2)),
      { reads: ['n'], adds: { double: 'integer', vector: 'vector' } },
    ),
  ),
  notices('yields rows of another kind', operator('flatMap', (row: Numbered) => [{ part: row.n }])),
]
