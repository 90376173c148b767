import { contributionKinds } from '../../contracts/contribution-kinds.js'
import type { ContributionKind } from '../../contracts/hooks.js'
import type { PluginParts } from '../../contracts/plugin.js'
import type { DefinitionRules } from './assert-definition.js'
import { anything, functionLike, name, type Rule, schema } from './rule.js'

const list: Rule = { expected: 'a list of definitions', holds: Array.isArray }
const lists = Object.fromEntries(contributionKinds.map((kind) => [kind, list])) as Record<ContributionKind, Rule>

export const pluginRules: DefinitionRules<keyof PluginParts> = {
  kind: 'a plugin',
  page: 'docs/plugins.md',
  required: ['name'],
  properties: {
    name: name('acme'),
    // Its own schema checks it when the plugin is loaded.
    manifest: anything,
    options: schema,
    provides: {
      expected: 'a list of provide(...), or a function that returns one',
      holds: (value) => Array.isArray(value) || typeof value === 'function',
    },
    observe: functionLike('(hooks) => { hooks.runDone(({ report }) => { ... }) }'),
    apply: functionLike("(hooks) => { hooks.operators.tap('acme', (registry) => registry.add(shout)) }"),
    ...lists,
  },
}
