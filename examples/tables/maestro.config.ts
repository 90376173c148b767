import { defineConfig } from '@maestro-dataflow/core'

// No model, no key: two plugins are all it takes.
export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-table'],
  pipelines: 'pipelines/*.ts',
})
