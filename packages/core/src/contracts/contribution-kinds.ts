import type { ContributionKind } from './hooks.js'

/** The kinds of contributions of plugins, in the order in which they are registered. */
export const contributionKinds = [
  'storages',
  'tableEngines',
  'caches',
  'limits',
  'executors',
  'servings',
  'vectorStores',
  'prompts',
  'operators',
] as const satisfies readonly ContributionKind[]

/** The name of one contribution of a kind. */
export const contributionNouns: Readonly<Record<ContributionKind, string>> = {
  operators: 'operator',
  prompts: 'prompt',
  servings: 'serving',
  storages: 'storage',
  vectorStores: 'vector store',
  caches: 'cache',
  limits: 'shared limits',
  executors: 'executor',
  tableEngines: 'table engine',
}
