import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-table',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-local',
  ],
  servings: {
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
  },
  pipelines: 'pipelines/*.ts',
})
