export type * from './component-types.js'
export type { SynthOptions } from './options.js'
export { default } from './plugin.js'
export type { FakeKind, Sampler } from './sampler-types.js'
