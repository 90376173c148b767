import { definePlugin, defineVectorStore, LOGGER, PROJECT, projectPath } from '@maestro-dataflow/core'
import { LanceVectorStore } from './lance-vector-store.js'
import { lanceVectorOptions } from './options.js'

const vectors = defineVectorStore({
  name: 'lance.vectors',
  description: 'Vectors in a folder, searched exactly or by an index (flat, ivf, hnsw)',
  options: lanceVectorOptions,
  inject: [PROJECT, LOGGER],
  create: async (options, [{ directory, allowOutsidePaths }, logger]) => {
    const path = projectPath(options.path, directory, allowOutsidePaths)
    return LanceVectorStore.open({ ...options, path }, logger)
  },
})

/** Stores vectors in a folder, by LanceDB. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-lance',
  manifest: new URL('../package.json', import.meta.url),
  vectorStores: [vectors],
})
