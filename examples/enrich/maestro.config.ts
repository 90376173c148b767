import { defineConfig } from '@maestro-dataflow/core'

// A small model in this process: no key, no server. To use a larger one, change this line; the pipeline stays unchanged.
export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-local'],
  servings: {
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
    embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
  },
  pipelines: 'pipelines/*.ts',
})
