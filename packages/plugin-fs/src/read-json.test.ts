import { expect, test } from 'vitest'
import { readJson } from './read-json.js'

/** Reads a text that arrives in chunks of some bytes, with at most 20 bytes for each item. */
async function read(text: string, size: number) {
  const bytes = Buffer.from(text)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const batches = await Array.fromAsync(readJson(chunks(), 'a.json', 20))
  return {
    rows: batches.flatMap(({ ids, rows }) => rows.map((row, index) => [ids[index], row])),
    rejects: batches.flatMap(({ rejects = [] }) => rejects.map(({ id, error }) => [id, error.message])),
  }
}

test.each([1, 7, 25, 1000])('an item that is too long is rejected alone, in chunks of %d bytes', async (size) => {
  const long = `{"text": "${'}],\\"'.repeat(9)}"}`
  const { rows, rejects } = await read(`[{"n": 1},\n${long},\n{"n": 3}, ${long}]`, size)
  expect(rows).toEqual([
    ['a.json:1', { n: 1 }],
    ['a.json:3', { n: 3 }],
  ])
  expect(rejects).toEqual([
    ['a.json:2', expect.stringContaining('a.json:2 (line 2): it is longer than')],
    ['a.json:4', expect.stringContaining('a.json:4 (line 3): it is longer than')],
  ])
})

test.each([
  ['', /it is empty; JSON without rows is \[\]/],
  [' \n', /it is empty/],
  ['[{"n": 1}]\n{"n": 2}', /line 2: there is text behind the list/],
  ['[{"n": 1}]]', /line 1: there is text behind the list/],
  ['[] x', /line 1: there is text behind the list/],
  ['{"n": 1}\n[{"n": 2}]', /line 2: a list stands behind other values/],
])('%j is no JSON of rows', async (text, message) => {
  for (const size of [1, 1000]) await expect(read(text, size)).rejects.toThrow(message)
})

test.each(['[]', ' [ ] \n', '[\n]'])('%j has no rows', async (text) => {
  expect(await read(text, 1)).toEqual({ rows: [], rejects: [] })
})

test('values one behind the other are rows, too', async () => {
  expect((await read('{"n": 1}\n{"n": 2} {"n": 3}', 4)).rows.map(([, row]) => row)).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 3 },
  ])
})
