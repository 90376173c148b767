import { type ColumnSet, defineSource, type SourceBatch, type SourceDefinition, type SourceReader } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { WrongPart } from './wrong-part.js'

const declared: ColumnSet = { columns: { n: 'integer', name: 'string' }, open: false }

function source(
  batches: readonly unknown[],
  more: Partial<SourceReader> = {},
  columns: ColumnSet = declared,
): SourceDefinition {
  return defineSource({
    options: z.object({}),
    columns: () => columns,
    open: () => ({
      async *read() {
        yield* batches as SourceBatch[]
      },
      ...more,
    }),
  }) as SourceDefinition
}

const rowOf = (n: number): Record<string, unknown> => ({ n, name: `row ${n}` })
const rows = (count = 5) => Array.from({ length: count }, (_, n) => rowOf(n))
const ids = (count = 5) => Array.from({ length: count }, (_, n) => `r${n}`)
const withThird = (change: Record<string, unknown>) =>
  source([{ ids: ids(), rows: rows().map((row, n) => (n === 2 ? { ...row, ...change } : row)) }])

/** A source whose batches are made as they are read. */
const making = (batches: () => Iterable<SourceBatch>) => source([], { read: async function* () { yield* batches() } })

const notices = (fault: string, part: SourceDefinition): WrongPart<SourceDefinition> => ({
  fault,
  part,
  code: 'MAESTRO_SOURCE_CONTRACT',
})

/** A source that is right: what the wrong ones are but for one thing. */
export const rightSource = source([
  { ids: ids(), rows: rows() },
  { ids: [], rows: [] },
])

/** Sources that break their contract in a way that ends the run. */
export const wrongSources: readonly WrongPart<SourceDefinition>[] = [
  notices('gives fewer ids than rows', source([{ ids: ids(4), rows: rows() }])),
  notices('gives more ids than rows', source([{ ids: ids(6), rows: rows() }])),
  notices('gives no ids', source([{ rows: rows() }])),
  notices('gives numbers as ids', source([{ ids: [0, 1, 2, 3, 4], rows: rows() }])),
  notices('gives rows without a batch', source(rows())),
  notices('gives nothing for a batch', source([undefined])),
  notices('gives a row that is null', source([{ ids: ids(2), rows: [rowOf(0), null] }])),
  notices('gives a row that is a list', source([{ ids: ids(2), rows: [rowOf(0), [1, 'one']] }])),
  notices('gives a row that is a text', source([{ ids: ids(1), rows: ['{"n":1}'] }])),
  notices('gives a text for an integer', withThird({ n: '2' })),
  notices('gives a fraction for an integer', withThird({ n: 2.5 })),
  notices('gives a number for a text', withThird({ name: 2 })),
  notices('gives a list for a text', withThird({ name: ['two'] })),
  notices('gives a column that it does not declare', withThird({ colour: 'red' })),
  notices('gives a promise for a value', withThird({ name: Promise.resolve('two') })),
  notices(
    'gives one object for all rows',
    making(function* () {
      const row = rowOf(0)
      for (const id of ids()) yield { ids: [id], rows: [Object.assign(row, rowOf(Number(id.slice(1))))] }
    }),
  ),
  notices('gives an instance of a class as a row', source([{ ids: ids(1), rows: [new (class Numbered { n = 1; name = 'row 1' })()] }])),
  notices('gives a map as a row', source([{ ids: ids(1), rows: [new Map(Object.entries(rowOf(1)))] }])),
  notices('never gives a column that it declares', source([{ ids: ids(), rows: rows().map(({ n }) => ({ n })) }])),
  notices('announces more rows than it gives', source([{ ids: ids(), rows: rows() }], { rowCount: 6 })),
  notices('announces fewer rows than it gives', source([{ ids: ids(), rows: rows() }], { rowCount: 4 })),
]

/** Sources that give an id twice: the second row of each id is a reject. */
export const repeatingSources: readonly { readonly fault: string; readonly part: SourceDefinition }[] = [
  { fault: 'in one batch', part: source([{ ids: ['r0', 'r1', 'r2', 'r1', 'r4'], rows: rows() }]) },
  {
    fault: 'in two batches',
    part: source([
      { ids: ['a', 'b', 'c'], rows: rows(3) },
      { ids: ['d', 'a'], rows: rows(2) },
    ]),
  },
  { fault: 'in falling order', part: source([{ ids: ['r9', 'r8', 'r7', 'r6', 'r8'], rows: rows() }]) },
  { fault: 'with gaps', part: source([{ ids: ['r1', 'r5', 'r9', 'r12', 'r5'], rows: rows() }]) },
  { fault: 'of several files', part: source([{ ids: ['a:1', 'b:1', 'a:2', 'b:2', 'b:1'], rows: rows() }]) },
]
