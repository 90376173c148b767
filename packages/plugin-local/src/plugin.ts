import { definePlugin, defineServing, LOGGER } from '@maestro-dataflow/core'
import { z } from 'zod'
import { LocalChatServing } from './chat-serving.js'
import { localChatOptions } from './chat-serving-options.js'

/** Models in this process. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-local',
  manifest: new URL('../package.json', import.meta.url),
  options: z.strictObject({ threads: z.number().int().positive().optional() }),
  apply(hooks, { options, directory }) {
    const chat = defineServing({
      name: 'local.chat',
      kind: 'llm',
      description: 'A GGUF chat model in this process',
      options: localChatOptions,
      inject: [LOGGER],
      capabilities: () => ({ jsonSchema: true, images: false, audio: false }),
      create: (given, [logger]) => new LocalChatServing({ ...options, ...given, directory }, logger),
    })
    hooks.servings.tap('@maestro-dataflow/plugin-local', (registry) => registry.add(chat))
  },
})
