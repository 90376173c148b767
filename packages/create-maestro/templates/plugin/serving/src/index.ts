import { definePlugin, defineServing } from '@maestro-dataflow/core'
import { type ChatOptions, chatOptions } from './chat-options.js'
import { AcmeChat } from './chat-serving.js'

export { AcmeChat, type ChatOptions }

// With this, the editor knows the options in the config.
declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'acme.chat': ChatOptions
  }
}

const chat = defineServing({
  name: 'acme.chat',
  kind: 'llm',
  description: 'A chat model behind an HTTP API',
  options: chatOptions,
  create: (options) => new AcmeChat(options),
})

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  servings: [chat],
})
