import { pipeline } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryProject } from './__fixtures__/temporary-project.js'
import { openFiles } from './file-source.js'
import type { FileSourceOptions } from './options.js'
import { fromCell, fromJson, Unfit } from './value-types.js'

const { write, rows, path, project } = temporaryProject()

/** Rows as values, not as text. */
async function values(source: FileSourceOptions): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  const collect = pipeline('values')
    .read('fs.file', source)
    .map((row: Record<string, unknown>) => {
      found.push(row)
      return row
    })
  for await (const _ of project().rows(collect));
  return found
}

describe('cells', () => {
  test.each([
    ['number', ' 4.50', 4.5],
    ['number', '1e5', 100_000],
    ['number', '-Infinity', Number.NEGATIVE_INFINITY],
    ['number', '', null],
    ['integer', '007', 7],
    ['integer', '5.0', 5],
    ['bigint', '12345678901234567890', 12345678901234567890n],
    ['boolean', 'TRUE', true],
    ['boolean', '0', false],
    ['boolean', 'no', false],
    ['date', '2024-02-29', new Date('2024-02-29T00:00:00Z')],
    ['date', '2024-02-29 10:30', new Date('2024-02-29T10:30:00Z')],
    ['date', '2024-02-29T10:30:00.5+02:00', new Date('2024-02-29T08:30:00.500Z')],
    ['json', '{"a":[1]}', { a: [1] }],
    ['vector', '[0.5,1]', new Float32Array([0.5, 1])],
    ['bytes', '/wA=', new Uint8Array([255, 0])],
    ['string', ' 007 ', ' 007 '],
    ['string', '', ''],
  ] as const)('%s from "%s"', (type, cell, value) => {
    expect(fromCell(cell, type)).toEqual(value)
  })

  test.each([
    ['vector', '[1e39]'],
    ['number', '1,234'],
    ['number', '0x10'],
    ['number', 'abc'],
    ['number', '1e400'],
    ['integer', '1e5'],
    ['integer', '9007199254740993'],
    ['integer', '4.5'],
    ['bigint', '1.0'],
    ['boolean', '2'],
    ['date', '2023-02-29'],
    ['date', '29.02.2024'],
    ['date', '2024-02-29T25:00'],
    ['json', '{a}'],
    ['vector', '["a"]'],
    ['bytes', '???'],
  ] as const)('%s is not "%s"', (type, cell) => {
    const found = fromCell(cell, type)
    expect(found).toBeInstanceOf(Unfit)
    expect((found as Unfit).at('c')).toBe(`column "c": ${JSON.stringify(cell)} is not of type ${type}`)
  })
})

test('values of JSON: null and missing stay, dates and bytes come from text, the rest must be of the type', () => {
  expect(fromJson(null, 'integer')).toBeNull()
  expect(fromJson('2024-01-02', 'date')).toEqual(new Date('2024-01-02T00:00:00Z'))
  expect(fromJson(5, 'bigint')).toBe(5n)
  expect(fromJson(9007199254740993n, 'bigint')).toBe(9007199254740993n)
  expect(fromJson([1, 2], 'vector')).toEqual(new Float32Array([1, 2]))
  for (const [value, type] of [
    ['5', 'integer'],
    [5.5, 'integer'],
    [5, 'string'],
    ['true', 'boolean'],
    [1, 'date'],
  ] as const)
    expect(fromJson(value, type)).toBeInstanceOf(Unfit)
})

test('declared columns of CSV get their types, and a value that does not fit is rejected with column, value, and reason', async () => {
  write('in.csv', 'id,stars,ok,day,note\n007,4,yes,2024-01-02,NA\n008,,,,\n009,many,no,,x\n010,5\n')
  const source = {
    path: 'in.csv',
    columns: { id: 'string', stars: 'integer', ok: 'boolean', day: 'date', note: 'string' },
  } as const
  expect(await values(source)).toEqual([
    { id: '007', stars: 4, ok: true, day: new Date('2024-01-02T00:00:00Z'), note: 'NA' },
    { id: '008', stars: null, ok: null, day: null, note: '' },
    { id: '010', stars: 5 },
  ])
  const { rejects } = await rows(source)
  expect(rejects).toEqual([['in.csv:4', expect.stringContaining('column "stars": "many" is not of type integer')]])
})

test.each([
  ['decimal', '1.234,56', 'numberFormat: "1.234,56"'],
  ['number', "1'234.56", 'numberFormat: "1\'234.56"'],
  ['integer', '1,234', 'numberFormat: "1,234.56"'],
  ['date', '13.02.2026', "dateFormat: 'd/m/y'"],
  ['date', '02/13/2026', "dateFormat: 'm/d/y'"],
])('a %s that people write as %s names the option that reads it', async (type, cell, option) => {
  write('in.csv', `n,m\n"${cell}",1\nno value,2\n,3\n`)
  const { rejects } = await rows({ path: 'in.csv', columns: { n: type, m: 'integer' } } as never)
  expect(rejects).toEqual([
    ['in.csv:2', expect.stringContaining(`is not of type ${type}; if the file writes it so, set ${option}`)],
    ['in.csv:3', expect.stringMatching(/is not of type \w+$/)],
  ])
})

test('nothing is guessed where no type is declared', async () => {
  write('in.csv', 'a,b,c\n00123,1e5,NA\ntrue,2024-01-01,\n')
  expect((await rows({ path: 'in.csv' })).rows).toEqual([
    { a: '00123', b: '1e5', c: 'NA' },
    { a: 'true', b: '2024-01-01', c: '' },
  ])
})

test('declared columns of JSON lines are checked; dates become dates', async () => {
  write('in.jsonl', '{"n":1,"day":"2024-01-02"}\n{"n":"1","day":null}\n{"n":null}\n')
  const source = { path: 'in.jsonl', columns: { n: 'integer', day: 'date' } } as const
  expect(await values(source)).toEqual([{ n: 1, day: new Date('2024-01-02T00:00:00Z') }, { n: null }])
  expect((await rows(source)).rejects).toEqual([
    ['in.jsonl:2', expect.stringContaining('column "n": "1" is not of type integer')],
  ])
})

describe('a schema over cells', () => {
  const schema = z.object({
    id: z.string(),
    stars: z.number(),
    price: z.number().nullable(),
    votes: z.int().optional(),
    ok: z.boolean(),
    tags: z.array(z.string()).optional(),
    either: z.union([z.string(), z.number()]),
  })

  test('gets numbers, booleans and lists, but text where it takes text', async () => {
    write('in.csv', 'id,stars,price,votes,ok,tags,either\n007,4,,,true,"[""a""]",1\n008,5,1.5,3,0,,x\n')
    expect((await rows({ path: 'in.csv', schema })).rows).toEqual([
      { id: '007', stars: 4, price: null, ok: true, tags: ['a'], either: '1' },
      { id: '008', stars: 5, price: 1.5, votes: 3, ok: false, either: 'x' },
    ])
  })

  test('reports the fault of a cell that does not convert', async () => {
    write('in.csv', 'id,stars,price,votes,ok,either\n1,many,,,true,x\n2,,,,true,x\n3,1,,,true,x\n')
    const { rows: found, rejects } = await rows({ path: 'in.csv', schema })
    expect(found.map(({ id }) => id)).toEqual(['3'])
    expect(rejects.map(([id, message]) => [id, message.includes('stars')])).toEqual([
      ['in.csv:2', true],
      ['in.csv:3', true],
    ])
  })

  test('values of JSON are left as they are', async () => {
    write('in.jsonl', '{"n":"4"}\n{"n":5}\n')
    const { rows: found, rejects } = await rows({ path: 'in.jsonl', schema: z.object({ n: z.number() }) })
    expect(found).toEqual([{ n: 5 }])
    expect(rejects.length).toBe(1)
  })

  test('a check that throws rejects its row', async () => {
    write('in.jsonl', '{"n":1}\n{"n":2}\n')
    const picky = z.object({
      n: z.number().refine((n) => {
        if (n === 1) throw new RangeError('no ones here')
        return true
      }),
    })
    const { rows: found, rejects } = await rows({ path: 'in.jsonl', schema: picky })
    expect(found).toEqual([{ n: 2 }])
    expect(rejects).toEqual([['in.jsonl:1', expect.stringContaining('no ones here')]])
  })
})

test('a row without a key is rejected', async () => {
  write('in.jsonl', '{"id":"a"}\n{"id":null}\n{}\n{"id":""}\n{"id":0}\n')
  const { rows: found, rejects } = await rows({ path: 'in.jsonl', key: 'id' })
  expect(found).toEqual([{ id: 'a' }, { id: 0 }])
  expect(rejects.map(([id]) => id)).toEqual(['in.jsonl:2', 'in.jsonl:3', 'in.jsonl:4'])
})

test('JSON lines may be read as text only when their text is the rows', async () => {
  write('plain.jsonl', '{"a":1}\n')
  write('marked.jsonl', '\ufeff{"a":1}\n')
  write('in.csv', 'a\n')
  const asText = async (source: Parameters<typeof openFiles>[0]) =>
    (await openFiles(source, { directory: path(''), allowOutside: false })).jsonLines !== undefined
  expect(await asText({ path: 'plain.jsonl' })).toBe(true)
  expect(await asText({ path: 'plain.jsonl', columns: { a: 'integer' } })).toBe(true)
  expect(await asText({ path: 'plain.jsonl', columns: { a: 'date' } })).toBe(false)
  expect(await asText({ path: 'plain.jsonl', key: 'a' })).toBe(false)
  expect(await asText({ path: 'plain.jsonl', encoding: 'gbk' })).toBe(false)
  expect(await asText({ path: 'plain.jsonl', encoding: 'utf8' })).toBe(true)
  expect(await asText({ path: 'marked.jsonl' })).toBe(false)
  expect(await asText({ path: ['plain.jsonl', 'in.csv'] })).toBe(false)
})

test('a typed column may have a name that every object has, and be missing', async () => {
  write('in.jsonl', '{"a":1}\n{"a":2,"constructor":5,"toString":"x"}\n')
  const source = { path: 'in.jsonl', columns: { a: 'integer', constructor: 'integer', toString: 'string' } } as const
  const { rows: found, rejects } = await rows(source)
  expect(rejects).toEqual([])
  expect(found).toEqual<unknown[]>([{ a: 1 }, { a: 2, constructor: 5, toString: 'x' }])
  expect(await values(source)).toEqual(found)
})
