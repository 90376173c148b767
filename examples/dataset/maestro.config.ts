import { defineConfig } from '@maestro-dataflow/core'

// Small models in this process: no key, no server. To use a larger one, change this line.
export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-table',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-local',
    '@maestro-dataflow/plugin-synth',
  ],
  servings: {
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
    embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
  },
  pipelines: 'pipelines/*.ts',
})
