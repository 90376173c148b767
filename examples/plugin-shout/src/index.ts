export { default } from './plugin.js'
export type {} from './registered.js'
export { ShoutPrompt } from './shout-prompt.js'
export { upper } from './upper.js'
