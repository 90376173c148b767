// Writes a JSONL file of rows for the benchmarks; the same seed gives the same rows.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const words =
  'the of and data row model price order city name long short green river quick brown table answer good bad fair late early'.split(
    ' ',
  )

/** A small seeded generator (mulberry32). */
export function random(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * @param path Where to write.
 * @param count Rows.
 * @param bytes About how long a line is.
 */
export async function makeRows(path, count, bytes, seed = 1) {
  const next = random(seed)
  const stream = createWriteStream(path, { highWaterMark: 1 << 20 })
  for (let index = 0; index < count; index++) {
    let text = ''
    while (text.length < bytes - 110) text += `${words[Math.floor(next() * words.length)]} `
    const row = {
      id: `r${index}`,
      user: `user${Math.floor(next() * count * 0.7)}`,
      stars: Math.floor(next() * 5) + 1,
      price: Math.floor(next() * 1e5) / 100,
      day: `2026-${String(Math.floor(next() * 12) + 1).padStart(2, '0')}-01`,
      text,
    }
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
}
