/** Options that plugins have in common, as schemas of zod. They have an entry of their own, since they load zod. */

export { byteSize } from './options/byte-size.js'
export { duration } from './options/duration.js'
