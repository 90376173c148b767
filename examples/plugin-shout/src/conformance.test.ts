import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import shout from './index.js'

describePlugin(shout)
