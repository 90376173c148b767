import { definePlugin, defineVectorStore } from '@maestro-dataflow/core'
import { ChromaVectorStore } from './chroma-vector-store.js'
import { chromaVectorOptions } from './options.js'

const vectors = defineVectorStore({
  name: 'chroma.vectors',
  description: 'Vectors in a collection of a Chroma server (hnsw)',
  options: chromaVectorOptions,
  create: (options) => ChromaVectorStore.open(options),
})

/** Stores vectors on a Chroma server. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-chroma',
  manifest: new URL('../package.json', import.meta.url),
  vectorStores: [vectors],
})
