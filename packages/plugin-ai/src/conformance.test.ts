import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import ai from './plugin.js'

describePlugin(ai)
