import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-table', '@maestro-dataflow/plugin-text'],
  pipelines: 'pipelines/*.ts',
})
