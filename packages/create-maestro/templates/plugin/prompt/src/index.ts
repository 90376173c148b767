import { definePlugin } from '@maestro-dataflow/core'
import { ReplyPrompt, replyPrompt } from './reply-prompt.js'

export { ReplyPrompt, replyPrompt }

// With this, the editor knows the options of the prompt.
declare module '@maestro-dataflow/core' {
  interface Prompts {
    'acme.reply': typeof replyPrompt
  }
}

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  prompts: [replyPrompt],
})
