import type { ModelProvider } from '../../models/model-providers.js'

/** `maestro.config.ts` with a model in the process. */
export const config = `import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  // A plugin's code is loaded when a pipeline uses something of it.
  plugins: ['@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-local'],
  servings: {
    // The model that is used when a step names none. This one is tiny: good for trying things out, often wrong.
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
  },
  pipelines: 'pipelines/*',
})
`

/** `maestro.config.ts` with a model of a provider. */
export function providerConfig({ serving, plugin, variable, endpoint, model }: ModelProvider): string {
  const key =
    variable === undefined
      ? ''
      : serving.use === 'ai-sdk.chat'
        ? `\n      options: { apiKey: env('${variable}') },`
        : `\n      apiKey: env('${variable}'),`
  const provider = serving.provider === undefined ? '' : `\n      provider: '${serving.provider}',`
  const { use: _, provider: __, ...others } = serving
  const more = Object.entries(others).map(([name, value]) => `\n      ${name}: '${value}',`)
  if (endpoint !== undefined) more.push(`\n      azure: { endpoint: env('${endpoint}') },`)
  const plugins = ['@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-fs', plugin].sort()
  return `import { defineConfig${variable === undefined ? '' : ', env'} } from '@maestro-dataflow/core'

export default defineConfig({
  // A plugin's code is loaded when a pipeline uses something of it.
  plugins: [${plugins.map((name) => `'${name}'`).join(', ')}],
  servings: {
    // The model that is used when a step names none.
    default: {
      use: '${serving.use}',${provider}
      model: '${model}',${more.join('')}${key}
    },
  },
  pipelines: 'pipelines/*',
})
`
}

/** `maestro.config.ts` without AI. */
export const plainConfig = `import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  // A plugin's code is loaded when a pipeline uses something of it.
  plugins: ['@maestro-dataflow/plugin-fs'],
  pipelines: 'pipelines/*',
})
`

/** `maestro.config.ts` with a knowledge base. */
export const ragConfig = `import { defineConfig } from '@maestro-dataflow/core'

export default defineConfig({
  // A plugin's code is loaded when a pipeline uses something of it.
  plugins: [
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-lance',
    '@maestro-dataflow/plugin-local',
  ],
  servings: {
    // The model that writes the answers. This one is tiny: good for trying things out, often wrong.
    default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
    // The model that compares questions with passages.
    embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
  },
  vectorStores: { kb: { use: 'lance.vectors', path: 'kb' } },
  pipelines: 'pipelines/*',
})
`
