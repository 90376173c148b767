export type * from './component-types.js'
export { fsErrors } from './errors.js'
export { default } from './plugin.js'
