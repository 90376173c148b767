import { describeOperator, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { dedupeNear } from './dedupe-near.js'
import { filter } from './filter.js'
import { measure } from './measure.js'
import { measureNames } from './measures/measures.js'
import { normalize } from './normalize.js'
import { normalizerNames } from './normalizers/normalizers.js'
import text from './plugin.js'
import { presetNames } from './presets.js'

describePlugin(text)
describeOperator(measure, { options: { input: 'text', measures: [...measureNames], blocklist: ['bad', '坏'] } })
describeOperator(filter, {
  options: { input: 'text', presets: [...presetNames], limits: { words: { min: 1 } }, languages: ['en', 'zh'] },
})
describeOperator(normalize, { options: { input: 'text', do: [...normalizerNames], output: 'plain' } })
describeOperator(dedupeNear, { options: { input: 'text' } })
describeOperator(dedupeNear, { options: { input: 'text', duplicates: 'column', keep: 'longest' } })
