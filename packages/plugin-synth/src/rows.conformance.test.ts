import { describeSource } from '@maestro-dataflow/testkit/vitest'
import synth from './plugin.js'

const [rows] = synth.contributions?.storages ?? []
if (rows !== undefined)
  describeSource(rows, {
    options: { rows: 50, seed: 1, columns: { kind: { category: ['a', 'b'] }, size: { uniform: [1, 9] } } },
  })
