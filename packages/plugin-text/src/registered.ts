import type { dedupeNear } from './dedupe-near.js'
import type { filter } from './filter.js'
import type { measure } from './measure.js'
import type { normalize } from './normalize.js'

declare module '@maestro-dataflow/core' {
  interface Operators {
    'text.dedupe-near': typeof dedupeNear
    'text.filter': typeof filter
    'text.measure': typeof measure
    'text.normalize': typeof normalize
  }
}
