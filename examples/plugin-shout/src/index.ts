export type * from './component-types.js'
export { default } from './plugin.js'
export { ShoutPrompt } from './shout-prompt.js'
export { upper } from './upper.js'
