import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import chroma from './plugin.js'

describePlugin(chroma)
