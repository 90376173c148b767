import type { LocalChatOptions } from './chat-serving-options.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'local.chat': LocalChatOptions
  }
}
