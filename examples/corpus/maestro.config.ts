import { defineConfig } from '@maestro-dataflow/core'

// No model is asked: the rules of plugin-text judge the texts.
export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-table',
    '@maestro-dataflow/plugin-text',
    '@maestro-dataflow/plugin-synth',
  ],
  // The real texts are outside this folder.
  allowOutsidePaths: true,
  pipelines: 'pipelines/*.ts',
})
