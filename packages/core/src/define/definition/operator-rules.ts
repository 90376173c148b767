import type { OperatorKind } from '../../contracts/operator.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import { assertDefinition, assertFields, type DefinitionRules, fault } from './assert-definition.js'
import { anything, fields, flag, functionLike, isPlainObject, listOfTexts, name, oneOf, text, tokens } from './rule.js'

const kinds: Readonly<Record<OperatorKind, true>> = {
  map: true,
  filter: true,
  flatMap: true,
  mapBatches: true,
  table: true,
  opaque: true,
}

type Declared = 'refine' | 'adds' | 'drops' | 'keeps' | 'renames' | 'reads' | 'row'

const rules: DefinitionRules<keyof OperatorDefinition | Declared> = {
  kind: 'an operator',
  page: 'docs/plugins/operator.md',
  required: ['name', 'kind', 'options', 'create'],
  properties: {
    kind: oneOf(Object.keys(kinds)),
    name: name('acme.shout'),
    description: text,
    version: text,
    options: fields,
    refine: functionLike('({ min, max }, { addIssue }) => { ... }'),
    adds: {
      expected: "an object of columns and types, such as { result: 'string' }, or a function that returns one",
      holds: (value) => typeof value === 'function' || isPlainObject(value),
    },
    drops: listOfTexts("['text']"),
    keeps: listOfTexts("['id', 'text']"),
    renames: {
      expected: "the option that maps old names to new ones, in braces, such as '{names}'",
      holds: (value) => typeof value === 'string' && /^\{[^{}]+\}$/.test(value),
    },
    reads: functionLike("(options) => ['text']"),
    columns: functionLike("(options) => ({ reads: ['text'], adds: { result: 'string' } })"),
    row: anything,
    inject: tokens,
    create: functionLike('({ input }) => (row) => ({ ...row })'),
    deterministic: flag,
    stateless: flag,
    writesElsewhere: flag,
    servings: functionLike("(options) => [{ kind: 'llm', name: 'default' }]"),
    vectorStores: functionLike('({ store }) => [store]'),
    check: functionLike('(options) => []'),
    batchSize: functionLike('() => 100'),
    // What a definition has that `defineOperator` returned.
    shape: anything,
    effects: anything,
    prompts: anything,
    sources: anything,
  },
}

/** What declares columns, and would be read by nobody for a table operator. */
const columnProperties = ['adds', 'drops', 'keeps', 'renames', 'reads', 'columns']

/** Checks what is given to `defineOperator`. @throws MAESTRO_DEFINITION_INVALID */
export function assertOperatorDefinition(definition: Readonly<Record<string, unknown>>): void {
  assertDefinition(rules, definition)
  if (definition.kind !== 'table') return
  const property = columnProperties.find((name) => definition[name] !== undefined)
  if (property === undefined) return
  const reason = `it has the kind "table" and declares "${property}", but its columns follow from its statements`
  throw fault(rules, definition, { property, fault: reason })
}

/**
 * Checks the declared options of an operator, and that each name in braces in its effects is one of them.
 *
 * @throws MAESTRO_DEFINITION_INVALID
 */
export function assertOperatorOptions(definition: Readonly<Record<string, unknown>>, shape: unknown): void {
  assertFields(rules, definition, shape)
  if (!isPlainObject(shape)) return
  const { adds, drops = [], keeps = [], renames = [] } = definition
  const named = { adds: isPlainObject(adds) ? Object.keys(adds) : [], drops, keeps, renames }
  for (const [property, names] of Object.entries(named))
    for (const [, inner = ''] of [names]
      .flat()
      .join(' ')
      .matchAll(/\{([^}]+)\}/g))
      for (const option of inner.split('|'))
        if (!Object.hasOwn(shape, option)) {
          const reason = `"${property}" names the option "${option}", which it does not have`
          throw fault(rules, definition, { property, fault: reason, known: Object.keys(shape) })
        }
}
