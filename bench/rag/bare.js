// Embeds the same passages with the serving alone, and prints the seconds as one line of JSON.
import { LocalEmbeddingServing } from '@maestro-dataflow/plugin-local'
import { passages, serving } from './task.js'

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }
const { use: _, ...options } = serving
const local = new LocalEmbeddingServing({ ...options, directory: '.' }, logger)
await local.embed(['warm'])
const texts = passages.map(({ text }) => text)
const started = performance.now()
for (let at = 0; at < texts.length; at += 512) await local.embed(texts.slice(at, at + 512))
const seconds = (performance.now() - started) / 1000
await local.dispose()
console.log(JSON.stringify({ seconds }))
