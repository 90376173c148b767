import type { shoutPrompt } from './shout-prompt.js'
import type { upper } from './upper.js'

// The names for pipelines: the editor completes them, and knows their options and the columns after each step.
declare module '@maestro-dataflow/core' {
  interface Operators {
    'shout.upper': typeof upper
  }
  interface Prompts {
    'shout.prompt': typeof shoutPrompt
  }
}
