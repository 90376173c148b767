import type { ChromaVectorOptions } from './options.js'

declare module '@maestro-dataflow/core' {
  interface VectorStoreTypes {
    'chroma.vectors': ChromaVectorOptions
  }
}
