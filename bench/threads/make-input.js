// Writes the rows of the benchmark `threads`.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { random } from '../make-rows.js'

/** @param isWide Whether each row has a column of JSON of about 4 KB. */
export async function makeInput(path, rows, isWide) {
  const next = random(1)
  const stream = createWriteStream(path, { highWaterMark: 1 << 20 })
  for (let n = 0; n < rows; n++) {
    const list = Array.from({ length: 80 }, (_, item) => ({
      item,
      name: `item ${item}`,
      price: Math.round(next() * 1e4),
    }))
    const row = isWide ? { n, body: JSON.stringify({ list }) } : { n }
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
}
