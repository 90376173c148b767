import type { ComponentDefinition } from '../../contracts/component-definition.js'
import type { ExecutorDefinition } from '../../contracts/execution.js'
import type { PromptDefinition } from '../../contracts/prompt-definition.js'
import type { ServingKind } from '../../contracts/serving.js'
import type { ServingDefinition } from '../../contracts/serving-definition.js'
import type { DefinitionRules } from './assert-definition.js'
import { anything, fields, functionLike, isPlainObject, name, oneOf, schema, text, tokens } from './rule.js'

type Component = keyof ComponentDefinition<unknown>

const component = {
  name: name('acme.small'),
  description: text,
  options: schema,
  inject: tokens,
  create: functionLike('(options, dependencies) => new Small(options)'),
}

/** The rules for a component that the config names and whose options may be missing. */
const configured = (kind: string, page: string): DefinitionRules<Component> => ({
  kind,
  page: `docs/plugins/${page}.md`,
  required: ['name', 'create'],
  properties: component,
})

const servingKinds: Readonly<Record<ServingKind, true>> = {
  llm: true,
  embedding: true,
  rerank: true,
  transcription: true,
}

export const cacheRules = configured('a cache', 'cache')
export const limitsRules = configured('a store of shared limits', 'serving')
export const tableEngineRules = configured('a table engine', 'table-engine')

export const executorRules: DefinitionRules<keyof ExecutorDefinition> = {
  ...configured('an executor', 'executor'),
  properties: { ...component, workers: { expected: 'an object', holds: isPlainObject } },
}

export const vectorStoreRules: DefinitionRules<Component> = {
  ...configured('a vector store', 'vector-store'),
  required: ['name', 'options', 'create'],
}

export const servingRules: DefinitionRules<keyof ServingDefinition> = {
  kind: 'a serving',
  page: 'docs/plugins/serving.md',
  required: ['name', 'kind', 'options', 'create'],
  properties: {
    ...component,
    kind: oneOf(Object.keys(servingKinds)),
    capabilities: functionLike('(options) => ({ jsonSchema: false, images: false, audio: false })'),
    defaults: functionLike('(options) => ({ temperature: options.temperature })'),
    check: functionLike('(options, { directory }) => { ... }'),
  },
}

export const promptRules: DefinitionRules<keyof PromptDefinition | 'refine'> = {
  kind: 'a prompt',
  page: 'docs/plugins/prompt.md',
  required: ['name', 'options', 'create'],
  properties: {
    name: name('acme.letter'),
    description: text,
    options: fields,
    refine: functionLike('({ min, max }, { addIssue }) => { ... }'),
    create: functionLike("({ language }) => new PromptTemplate('...')"),
    shape: anything,
  },
}
