import { definePlugin } from '@maestro-dataflow/core'
import { rowsSource } from './rows-source.js'

/** Generates synthetic rows. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-synth',
  manifest: new URL('../package.json', import.meta.url),
  storages: [rowsSource],
})
