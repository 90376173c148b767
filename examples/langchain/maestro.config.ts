import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-langchain',
    '@maestro-dataflow/plugin-local',
  ],
  servings: {
    // Any chat model of LangChain. With a key: from '@langchain/openai', export 'ChatOpenAI', options { model: 'gpt-5.4-mini' }.
    default: { use: 'langchain.chat', from: './models/topic-model.ts', export: 'TopicModel' },
    // A model in this process, for the chain.
    local: { use: 'local.chat', model: 'smollm2-135m-instruct' },
  },
  pipelines: 'pipelines/*.ts',
})
