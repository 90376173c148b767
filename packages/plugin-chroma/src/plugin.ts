import { definePlugin, defineVectorStore } from '@maestro-dataflow/core'
import { ChromaVectorStore } from './chroma-vector-store.js'
import { chromaVectorOptions } from './options.js'

const name = '@maestro-dataflow/plugin-chroma'

/** Vector stores on a Chroma server. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks) {
    const vectors = defineVectorStore({
      name: 'chroma.vectors',
      description: 'Vectors in a collection of a Chroma server (hnsw)',
      options: chromaVectorOptions,
      create: (options) => ChromaVectorStore.open(options),
    })
    hooks.vectorStores.tap(name, (registry) => registry.add(vectors))
  },
})
