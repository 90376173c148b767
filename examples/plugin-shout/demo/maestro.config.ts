import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-local',
    'maestro-plugin-shout',
  ],
  servings: {
    // For `npm run replies`. A model is loaded when it is first asked, so `npm start` loads none.
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
  },
  pipelines: 'pipelines/*.ts',
})
