// Indexes the chunks of a folder, or goes on with it: node index-chunks.js '{"folder":...,"store":...}'. It prints a
// line for each text that the model has embedded, before its vector is given, and then the report.
import { writeSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import chroma from '@maestro-dataflow/plugin-chroma'
import fs from '@maestro-dataflow/plugin-fs'
import lance from '@maestro-dataflow/plugin-lance'

const { folder, store } = JSON.parse(process.argv[2] ?? '')

/** @type {import('@maestro-dataflow/core').EmbeddingServing} */
const embedder = {
  kind: 'embedding',
  name: 'counting',
  model: 'counting-1',
  dimensions: 2,
  identity: { version: 1 },
  async embed(texts) {
    await new Promise((resolve) => setTimeout(resolve, 15))
    for (const text of texts) writeSync(1, `embedded ${text}\n`)
    return {
      vectors: texts.map((text) => Float32Array.of(text.length, text.charCodeAt(text.length - 1))),
      usage: { inputTokens: texts.length, outputTokens: 0 },
      model: 'counting-1',
    }
  },
}
const project = maestro({
  directory: folder,
  plugins: [fs, ai, lance, chroma],
  servings: { embedder },
  vectorStores: { kb: store },
  cache: false,
  logLevel: 'silent',
})
const indexing = pipeline('indexing')
  .read('fs.file', { path: 'chunks.jsonl', columns: { document: 'string', text: 'string' } })
  .step('ai.index', { store: 'kb', batchSize: 5 })
  .write('fs.file', { path: 'indexed.jsonl' })
const [unfinished] = await project.unfinishedRuns()
try {
  const report = await project.run(indexing, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  writeSync(1, `report ${JSON.stringify(report)}\n`)
} catch (error) {
  writeSync(1, `error ${JSON.stringify(error)}\n`)
}
await project.dispose()
