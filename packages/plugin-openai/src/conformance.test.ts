import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import openai from './plugin.js'

describePlugin(openai)
