import { EnhancedEmbeddingServing } from '@maestro-dataflow/core'
import { LocalEmbeddingServing } from '@maestro-dataflow/plugin-local'
import { fastest, maxTokens, report, texts, threads } from './task.js'

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }
const local = new LocalEmbeddingServing(
  { model: 'all-MiniLM-L6-v2', contextTokens: maxTokens, threads, directory: '.' },
  logger,
)
const serving = new EnhancedEmbeddingServing(local, { settings: { cache: false } })
await serving.embed(texts.slice(0, 8))

let tokens = 0
const seconds = await fastest(async () => {
  tokens = 0
  const calls = []
  // As an operator asks: rows in batches, several batches at once.
  for (let at = 0; at < texts.length; at += 64) calls.push(serving.embed(texts.slice(at, at + 64)))
  for (const { usage } of await Promise.all(calls)) tokens += usage.inputTokens
})
report(tokens, seconds)
await serving.dispose()
