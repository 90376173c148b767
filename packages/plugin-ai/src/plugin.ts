import { definePlugin } from '@maestro-dataflow/core'
import { generate } from './generate.js'

/** AI operators. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-ai',
  manifest: new URL('../package.json', import.meta.url),
  apply: (hooks) => hooks.operators.tap('@maestro-dataflow/plugin-ai', (registry) => registry.add(generate)),
})
