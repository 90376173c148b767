import type { ContributionKind } from '../contracts/hooks.js'

/** The kinds of things that plugins contribute, in the order in which they are registered. */
export const contributionKinds = [
  'storages',
  'tableEngines',
  'caches',
  'executors',
  'servings',
  'vectorStores',
  'prompts',
  'operators',
] as const satisfies readonly ContributionKind[]
