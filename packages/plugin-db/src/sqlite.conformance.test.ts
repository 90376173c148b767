import { describeStorage } from '@maestro-dataflow/testkit/vitest'
import { table } from './storages.js'

const rows = [
  { id: 1, word: 'tea', price: 2.5, tags: ['hot', 'green'], fresh: true },
  { id: 2, word: '牛奶', price: 1.25, tags: [], fresh: false },
  { id: 3, word: 'bread', price: 4.25, tags: ['warm'], fresh: true },
]

const collected = 'the driver closes the file when the garbage collector has freed its statements'

describeStorage(table, {
  title: 'db.table, SQLite',
  rows,
  options: (place) => ({ connection: `sqlite:words-${place}.db`, table: 'words', mode: 'overwrite' }),
  reads: ({ connection }: { readonly connection?: string }) => ({ connection, table: 'words' }),
  skip: {
    'writing: frees its resources': collected,
    'reading: reading can stop at any row': collected,
    'reading: frees its resources, also without being read': collected,
  },
})
