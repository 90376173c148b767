import { defineConfig } from '@maestro-dataflow/core'

// Tesseract reads the text on images, and a small model finds the fields in it, both in this process.
export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-local'],
  servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct' } },
  pipelines: 'pipelines/*.ts',
})
