import { readFileSync } from 'node:fs'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'
import { oddValues, pyarrowFiles, sameNames } from './__fixtures__/pyarrow-files.js'

const { write, path, project, copy, rows } = temporaryProject()
const says = (text: string) => ({ message: expect.stringContaining(text) })

/** The rows of a file with their values, which JSON could not show. */
async function values(name: string): Promise<Row[]> {
  return Array.fromAsync(project().rows(pipeline('values').read('fs.file', { path: name })))
}

const kept: Row[] = [
  {
    text: '007',
    n: 1,
    big: 2n ** 60n,
    huge: 10n ** 30n,
    small: 5n,
    half: 0.5,
    ok: true,
    day: new Date('2026-01-02T03:04:05.678Z'),
    bytes: Uint8Array.of(1, 2),
    vector: Float32Array.of(1, 2.5),
    list: ['a', null],
    inner: { a: 1, b: [true] },
    mixed: 1,
  },
  {
    text: '牛奶',
    n: -2,
    big: 1n,
    huge: 0n,
    small: 6n,
    half: Number.NaN,
    ok: null,
    day: null,
    bytes: null,
    vector: Float32Array.of(-1),
    list: [],
    inner: { a: null, b: [] },
    mixed: 'x',
  },
]

test('values come back as they were', async () => {
  const rows = pipeline('kept').from(kept)
  await project().run(rows.write('fs.file', { path: 'a.arrow', rowGroup: 1 }))
  const found = await values('a.arrow')
  expect(found).toEqual(
    [
      { ...kept[0], huge: '1000000000000000000000000000000' },
      { ...kept[1], huge: '0', big: 1 },
    ].map((row, index) => ({ ...row, big: kept[index]?.big })),
  )
})

test('another library reads the written file', async () => {
  const { tableFromIPC } = await import('@uwdata/flechette')
  write('in.jsonl', Array.from({ length: 2500 }, (_, n) => `{"n":${n},"t":"t${n}"}\n`).join(''))
  await copy({ path: 'in.jsonl' }, { path: 'a.feather', rowGroup: 1000 })
  // A file is read by the list of places at its end, unlike a stream.
  const table = tableFromIPC(new Uint8Array(readFileSync(path('a.feather'))))
  expect(table.numRows).toBe(2500)
  expect(table.at(2499)).toEqual({ n: 2499, t: 't2499' })
  expect((await rows({ path: 'a.feather', columns: ['t'] })).rows[1700]).toEqual({ t: 't1700' })
})

for (const [name, base64] of Object.entries(pyarrowFiles))
  test(`a file of pyarrow is read exactly: ${name}`, async () => {
    write(`${name}.arrow`, Buffer.from(base64, 'base64'))
    expect(await values(`${name}.arrow`)).toEqual([
      {
        id: 9007199254740993n,
        small: 1,
        price: '12.50',
        day: new Date('2026-01-02T00:00:00Z'),
        fine: '2026-01-02T03:04:05.123456789Z',
        time: '03:04:05',
        word: 'tea',
        kind: 'x',
        list: [1, 2],
        map: { a: 1 },
        vector: Float32Array.of(1, 2),
        none: null,
      },
      {
        id: 2,
        small: null,
        price: '-0.01',
        day: null,
        fine: new Date('1969-12-31T23:59:59.999Z'),
        time: null,
        word: 'tea'.repeat(100),
        kind: 'y',
        list: null,
        map: {},
        vector: Float32Array.of(3, 4),
        none: null,
      },
    ])
  })

test('files that are cut off, damaged, or of another format are refused by their name', async () => {
  const whole = Buffer.from(pyarrowFiles.lz4 ?? '', 'base64')
  for (const [content, reason] of [
    [whole.subarray(0, 500), 'cut off'],
    ['FEA1....', 'Feather file of version 1'],
    ['{"a":1}\n', 'no Arrow file'],
    ['', 'is empty'],
    [Buffer.from(sameNames, 'base64'), 'two columns "a"'],
  ] as const) {
    write('a.arrow', content)
    expect(await failure(rows({ path: 'a.arrow' }))).toMatchObject(says(reason))
  }
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, 1200, 1300)
  write('a.arrow', damaged)
  expect(await failure(values('a.arrow'))).toMatchObject(says('a.arrow'))
})

test('a value that cannot be read costs its row', async () => {
  write('a.arrow', Buffer.from(oddValues, 'base64'))
  const found = await rows({ path: 'a.arrow' })
  const epoch = '1970-01-01T00:00:00.000Z'
  expect(found.rows).toEqual([
    {
      id: 1,
      uuid: '30313233-3435-3637-3839-616263646566',
      json: { a: 1 },
      pairs: [
        { key: 1, value: 'a' },
        { key: 2, value: null },
      ],
      second: epoch,
      day: epoch,
    },
  ])
  expect(found.rejects).toEqual([
    ['a.arrow:2', expect.stringContaining('"json" cannot be read: its text is not valid JSON')],
    ['a.arrow:3', expect.stringContaining('"second" cannot be read')],
    ['a.arrow:4', expect.stringContaining('"day" cannot be read')],
  ])
})

describe('a text whose bytes are not UTF-8 costs its row', async () => {
  const arrow = await import('@uwdata/flechette')
  const { utf8, largeUtf8, list, struct, map, dictionary, runEndEncoded, field, int32 } = arrow
  type Type = ReturnType<typeof utf8>
  const texts = ['\uFEFFtea', 'a¿z', '\uFFFD']
  test.each<[string, unknown, (text: string) => unknown, ((text: string) => unknown)?]>([
    ['of its own', utf8(), (text) => text],
    ['with long offsets', largeUtf8(), (text) => text],
    ['in a list', list(utf8()), (text) => [text, 'b']],
    ['in a structure', struct([field('t', utf8())]), (t) => ({ t })],
    ['in a map', map(utf8(), utf8()), (text) => new Map([['k', text]]), (k) => ({ k })],
    ['as a key of a map', map(utf8(), utf8()), (text) => new Map([[text, 'v']]), (text) => ({ [text]: 'v' })],
    ['of a dictionary', dictionary(utf8()), (text) => text],
    ['in a list of a dictionary', list(dictionary(utf8())), (text) => [text]],
    ['in a run', runEndEncoded(field('run_ends', int32()), field('values', utf8())), (text) => text],
  ])('%s', async (_, type, stored, shown = stored) => {
    const column = arrow.columnFromArray(texts.map(stored), type as Type)
    const content = Buffer.from(arrow.tableToIPC(arrow.tableFromColumns({ a: column }), { format: 'file' }) ?? [])
    // ¿ is c2 bf. The bytes 61 ff bf 7a are no text.
    content[content.indexOf('a¿z') + 1] = 0xff
    write('a.arrow', content)
    const found = await rows({ path: 'a.arrow' })
    expect(found.rows).toEqual([texts[0], texts[2]].map((text) => ({ a: shown(text ?? '') })))
    expect(found.rejects).toEqual([
      ['a.arrow:2', expect.stringContaining('"a" cannot be read: its bytes are not valid')],
    ])
  })
})
