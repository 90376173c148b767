import { definePlugin, defineVectorStore, PROJECT, projectPath } from '@maestro-dataflow/core'
import { FileVectors } from './file-vectors.js'
import { type VectorsOptions, vectorsOptions } from './vectors-options.js'

export { FileVectors, type VectorsOptions }

// With this, the editor knows the options in the config.
declare module '@maestro-dataflow/core' {
  interface VectorStoreTypes {
    'acme.vectors': VectorsOptions
  }
}

const vectors = defineVectorStore({
  name: 'acme.vectors',
  description: 'Vectors in one JSON file, searched exactly',
  options: vectorsOptions,
  inject: [PROJECT],
  create: ({ path, metric }, [{ directory, allowOutsidePaths }]) =>
    FileVectors.open(projectPath(path, directory, allowOutsidePaths), metric),
})

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  vectorStores: [vectors],
})
