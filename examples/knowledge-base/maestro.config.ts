import { defineConfig } from '@maestro-dataflow/core'

// Small models and a store in this process: no key, no server.
export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-local',
    '@maestro-dataflow/plugin-lance',
  ],
  servings: {
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
    embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
  },
  vectorStores: { kb: { use: 'lance.vectors', path: 'out/kb' } },
  // The documentation of this project is outside the folder of the example.
  allowOutsidePaths: true,
  pipelines: 'pipelines/*.ts',
})
