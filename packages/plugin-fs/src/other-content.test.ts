import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'

const { write, rows, copy } = temporaryProject()

const text: Readonly<Record<string, string>> = {
  csv: 'a\n1\n',
  jsonl: '{"a":1}\n',
  json: '[{"a":1}]',
  txt: 'one\ntwo\n',
}

test.each(Object.keys(text))(
  'a %s file that is compressed, which its name does not say, is refused by name',
  async (format) => {
    for (const [what, content] of [
      ['gzip', gzipSync(text[format] ?? '')],
      ['Zstandard', zstdCompressSync(text[format] ?? '')],
      ['Excel', Buffer.from('PK\x03\x04and more')],
    ] as const) {
      write(`in.${format}`, content)
      // With this encoding, all bytes are text.
      for (const more of [{}, { encoding: 'windows-1252' }]) {
        const told = `in.${format} could not be read: it holds no text, because it is`
        expect(await failure(rows({ path: `in.${format}`, ...more }))).toMatchObject({
          message: expect.stringMatching(new RegExp(`${told}.*${what}`)),
        })
      }
    }
  },
)

test('a file that is compressed twice is refused, and texts that begin like other files are read', async () => {
  write('twice.csv.gz', gzipSync(gzipSync('a\n1\n')))
  expect(await failure(rows({ path: 'twice.csv.gz' }))).toMatchObject({
    message: expect.stringContaining('it is compressed with gzip'),
  })
  write('names.csv', 'PAR1,PK,BZh9\n1,2,3\n')
  expect((await rows({ path: 'names.csv' })).rows).toEqual([{ PAR1: '1', PK: '2', BZh9: '3' }])
  write('in.jsonl', '{"a":"x"}\n')
  await copy({ path: 'in.jsonl' }, { path: 'out.parquet' })
  expect(await failure(rows({ path: 'out.parquet', format: 'csv' }))).toMatchObject({
    message: expect.stringContaining('a Parquet file'),
  })
})
