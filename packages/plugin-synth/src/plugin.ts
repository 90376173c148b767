import { definePlugin } from '@maestro-dataflow/core'
import { rowsSource } from './rows-source.js'

const name = '@maestro-dataflow/plugin-synth'

/** Rows from nothing. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks) {
    hooks.storages.tap(name, (registry) => registry.add(rowsSource))
  },
})
