import { definePlugin } from '@maestro-dataflow/core'
import { shoutPrompt } from './shout-prompt.js'
import { upper } from './upper.js'

/** Contributes what the `maestro` field of package.json says, which `maestro plugin check --write` makes from these lists. */
export default definePlugin({
  name: 'maestro-plugin-shout',
  manifest: new URL('../package.json', import.meta.url),
  operators: [upper],
  prompts: [shoutPrompt],
})
