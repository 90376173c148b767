import { definePlugin } from '@maestro-dataflow/core'
import { shorten } from './shorten.js'

export { shorten }

// With this, the editor knows the options of the step, and the columns of the rows after it.
declare module '@maestro-dataflow/core' {
  interface Operators {
    'acme.shorten': typeof shorten
  }
}

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  operators: [shorten],
})
