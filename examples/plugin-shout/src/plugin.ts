import { definePlugin } from '@maestro-dataflow/core'
import { shoutPrompt } from './shout-prompt.js'
import { upper } from './upper.js'

const name = 'maestro-plugin-shout'

/** Contributes what the `maestro` field of package.json says; the two are held against each other on load. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks) {
    hooks.operators.tap(name, (registry) => registry.add(upper))
    hooks.prompts.tap(name, (registry) => registry.add(shoutPrompt))
  },
})
