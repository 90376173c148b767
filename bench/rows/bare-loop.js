// The same work as ours.js by hand: one thread, big chunks, no framework.

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { reportPeak } from '../measure.js'

const [input = '', output = ''] = process.argv.slice(2)
const out = createWriteStream(output, { highWaterMark: 1 << 20 })
let rest = ''
for await (const chunk of createReadStream(input, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop() ?? ''
  let text = ''
  for (const line of lines) {
    const row = JSON.parse(line)
    const mapped = { ...row, length: row.text.length }
    if (mapped.stars > 1) text += `${JSON.stringify(mapped)}\n`
  }
  if (!out.write(text)) await once(out, 'drain')
}
out.end()
await once(out, 'finish')
reportPeak()
