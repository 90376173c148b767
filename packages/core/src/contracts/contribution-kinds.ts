import type { ContributionKind } from './hooks.js'

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

/** What one thing of a kind is called. */
export const contributionNouns: Readonly<Record<ContributionKind, string>> = {
  operators: 'operator',
  prompts: 'prompt',
  servings: 'serving',
  storages: 'storage',
  vectorStores: 'vector store',
  caches: 'cache',
  executors: 'executor',
  tableEngines: 'table engine',
}
