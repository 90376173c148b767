import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import bullmq from './plugin.js'

describePlugin(bullmq)
