import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sized } from '../measure.js'

const root = join(import.meta.dirname, '..', '..')
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root }).sort()
const once = pages.map((file) => readFileSync(join(root, file), 'utf8')).join('\n\n')

/** Real pages, about 4 MB of them. */
export const text = once.repeat(Math.ceil(sized(4_000_000, 1) / once.length))
export const size = 1000
export const overlap = 200

/** Megabytes a second of the fastest of some rounds, so that neither warming up nor other processes count. @param split Gives a text's chunks. */
export async function report(split) {
  const seconds = []
  let chunks = []
  for (let turn = 0; turn < sized(12, 2); turn++) {
    const started = performance.now()
    chunks = await split(text)
    seconds.push((performance.now() - started) / 1000)
  }
  if (chunks.length < text.length / size) throw new Error('the text was not cut')
  if (chunks.some((chunk) => chunk.length > size)) throw new Error('a chunk is too long')
  console.log(`chunks=${chunks.length}`)
  console.log(`mb_per_s=${Buffer.byteLength(text) / 1e6 / Math.min(...seconds)}`)
}
