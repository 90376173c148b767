// node ours.js INDEX COUNT: fills a store, searches it, and prints its figures as one line of JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
import { clustered, nearest } from './clustered.js'

const [index, count] = [process.argv[2], Number(process.argv[3])]
const [k, checked, atOnce, addedAtOnce] = [10, 40, 64, 5000]
const { vectors, queries } = clustered(count, 8 * atOnce)
const exact = nearest(vectors, queries.slice(0, checked), k)

const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
const store = await LanceVectorStore.open({ path: folder, index })
const since = (started) => (performance.now() - started) / 1000

const started = performance.now()
for (let at = 0; at < count; at += addedAtOnce)
  await store.addVectors(vectors.slice(at, at + addedAtOnce).map((vector, n) => ({ id: String(at + n), vector })))
const added = since(started)
await store.compact()
const ask = (some) => store.search(some.map((vector) => ({ vector, k })))
await ask(queries.slice(0, 1))
const built = since(started)

let hits = 0
for (const [n, matches] of (await ask(queries.slice(0, checked))).entries())
  hits += matches.filter(({ id }) => exact.ids[n].has(id)).length

/** Queries per second of the fastest of some rounds. */
async function fastest(size, rounds, perRound) {
  const rates = []
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    for (let at = 0; at < perRound; at += size) await ask(queries.slice(at, at + size))
    rates.push(perRound / since(begun))
  }
  return Math.max(...rates)
}
const single = await fastest(1, 3, 100)
const batch = await fastest(atOnce, 5, queries.length)
await store.dispose()
rmSync(folder, { recursive: true })
console.log(JSON.stringify({ single, batch, recall: hits / (k * checked), added, built, loop: exact.qps }))
