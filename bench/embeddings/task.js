import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { sized } from '../measure.js'

const root = join(import.meta.dirname, '..', '..')
const descriptions = readFileSync(join(root, 'examples/quickstart/data/packages.csv'), 'utf8')
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').slice(3).join(','))
const passages = globSync('docs/*.md', { cwd: root })
  .sort()
  .flatMap((file) => readFileSync(join(root, file), 'utf8').split(/\n\n+/))

/** Short lines and long passages, in no order of length. */
export const texts = [...descriptions, ...passages]
  .filter((text) => text.length > 20)
  .sort((a, b) => a.slice(5).localeCompare(b.slice(5)))
  .slice(0, sized(320, 32))
export const maxTokens = 256
export const threads = availableParallelism()

/** Loading and the first texts stay out. */
export function report(tokens, seconds) {
  console.log(`tokens=${tokens}`)
  console.log(`texts_per_s=${texts.length / seconds}`)
}

/** Seconds of the fastest of some rounds. */
export async function fastest(round, rounds = sized(3, 1)) {
  const seconds = []
  for (let turn = 0; turn < rounds; turn++) {
    const started = performance.now()
    await round()
    seconds.push((performance.now() - started) / 1000)
  }
  return Math.min(...seconds)
}
