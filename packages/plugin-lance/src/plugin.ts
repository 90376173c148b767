import { definePlugin, defineVectorStore, LOGGER, projectPath } from '@maestro-dataflow/core'
import { LanceVectorStore } from './lance-vector-store.js'
import { lanceVectorOptions } from './options.js'

/** Vector stores in a folder, by LanceDB. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-lance',
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks, { directory, allowOutsidePaths }) {
    const vectors = defineVectorStore({
      name: 'lance.vectors',
      description: 'Vectors in a folder, searched exactly or by an index (flat, ivf, hnsw)',
      options: lanceVectorOptions,
      inject: [LOGGER],
      create: async (options, [logger]) => {
        const path = projectPath(options.path, directory, allowOutsidePaths)
        return LanceVectorStore.open({ ...options, path }, logger)
      },
    })
    hooks.vectorStores.tap('@maestro-dataflow/plugin-lance', (registry) => registry.add(vectors))
  },
})
