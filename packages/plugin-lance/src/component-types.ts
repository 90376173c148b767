import type { LanceVectorOptions } from './options.js'

declare module '@maestro-dataflow/core' {
  interface VectorStoreTypes {
    'lance.vectors': LanceVectorOptions
  }
}
