import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import synth from './plugin.js'

describePlugin(synth)
