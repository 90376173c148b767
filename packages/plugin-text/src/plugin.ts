import { definePlugin } from '@maestro-dataflow/core'
import { dedupeNear } from './dedupe-near.js'
import { filter } from './filter.js'
import { measure } from './measure.js'
import { normalize } from './normalize.js'

/** Measures, filters, normalizes, and deduplicates texts. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-text',
  manifest: new URL('../package.json', import.meta.url),
  operators: [dedupeNear, filter, measure, normalize],
})
