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
