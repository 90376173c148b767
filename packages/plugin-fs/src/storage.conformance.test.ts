import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeStorage } from '@maestro-dataflow/testkit/vitest'
import { file } from './file-storage-definition.js'

const rows = [
  { id: 1, word: 'tea', price: 2.5, tags: ['hot', 'green'], fresh: true },
  { id: 2, word: '牛奶', price: 1, tags: [], fresh: false },
  { id: 3, word: 'bread', price: 4.25, tags: ['warm'], fresh: true },
]

/** A place below a file that is no folder. */
const belowFile = (format: string) => async (directory: string) => {
  await writeFile(join(directory, 'a-file'), '')
  return { path: `a-file/rows.${format}` }
}

for (const format of ['jsonl', 'json', 'jsonl.gz'])
  describeStorage(file, {
    title: `fs.file, ${format}`,
    rows,
    options: (place) => ({ path: `rows-${place}.${format}` }),
    unwritable: belowFile(format),
  })

const texts = rows.map(({ word, tags }) => ({ word, tag: tags[0] ?? '' }))
for (const format of ['csv', 'tsv', 'csv.zst'])
  describeStorage(file, {
    title: `fs.file, ${format}`,
    rows: texts,
    options: (place) => ({ path: `rows-${place}.${format}` }),
    unwritable: belowFile(format),
    skip: { 'writing: values of all kinds are read back': 'every cell of such a file is a text' },
  })

describeStorage(file, {
  title: 'fs.file, parquet',
  rows: rows.map(({ tags: _, ...row }) => row),
  options: (place) => ({ path: `rows-${place}.parquet` }),
  unwritable: belowFile('parquet'),
})
