import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { random } from '../make-rows.js'

/**
 * Writes documents of 60 to 200 words as JSONL. A fifth of them are near duplicates of an earlier document, with one
 * changed, added, or missing word; as many others share half of their words with one, and are not duplicates.
 *
 * @returns {Promise<Set<string>>} the ids of the near duplicates
 */
export async function makeDocuments(path, count, seed = 1) {
  const next = random(seed)
  const whole = (limit) => Math.floor(next() * limit)
  const word = () => `w${whole(20_000)}`
  const stream = createWriteStream(path, { highWaterMark: 1 << 20 })
  const duplicates = new Set()
  const originals = []
  for (let index = 0; index < count; index++) {
    const kind = originals.length < 10 ? 1 : next()
    const from = originals[whole(originals.length)] ?? []
    const words = kind < 0.2 ? edited(from, whole, word) : kind < 0.4 ? half(from, word) : fresh(60 + whole(140), word)
    const id = `d${index}`
    if (kind < 0.2) duplicates.add(id)
    else if (kind >= 0.4 && originals.length < 20_000) originals.push(words)
    if (!stream.write(`${JSON.stringify({ id, text: words.join(' ') })}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return duplicates
}

const fresh = (length, word) => Array.from({ length }, word)

const half = (from, word) => from.map((one, index) => (Math.floor(index / 10) % 2 === 0 ? one : word()))

function edited(from, whole, word) {
  const at = whole(from.length)
  const kind = whole(3)
  const middle = kind === 0 ? [word()] : kind === 1 ? [word(), from[at]] : []
  return [...from.slice(0, at), ...middle, ...from.slice(at + 1)]
}
