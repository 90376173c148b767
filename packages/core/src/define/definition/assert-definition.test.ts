import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  defineCache,
  defineExecutor,
  defineServing,
  defineSharedLimits,
  defineTableEngine,
  defineVectorStore,
} from '../define-component.js'
import { defineOperator } from '../define-operator.js'
import { definePlugin } from '../define-plugin.js'
import { definePrompt } from '../define-prompt.js'
import { defineSink, defineSource, defineStorage } from '../define-storage.js'

const schema = z.strictObject({})
const create = () => ({})
const open = () => ({})
const source = defineSource({ options: {}, columns: () => ({ columns: {}, open: true }), open: open as never })

/** A right definition of each kind, and the function that takes it. */
const kinds = {
  operator: [defineOperator, { name: 'acme.up', kind: 'map', options: { names: z.string() }, create }],
  source: [defineSource, { options: {}, columns: () => ({ columns: {}, open: true }), open }],
  sink: [defineSink, { options: {}, open }],
  storage: [defineStorage, { name: 'acme.file', source }],
  serving: [defineServing, { name: 'acme.chat', kind: 'llm', options: schema, create }],
  prompt: [definePrompt, { name: 'acme.letter', options: {}, create }],
  store: [defineVectorStore, { name: 'acme.store', options: schema, create }],
  cache: [defineCache, { name: 'acme.cache', create }],
  limits: [defineSharedLimits, { name: 'acme.limits', create }],
  executor: [defineExecutor, { name: 'acme.farm', create }],
  engine: [defineTableEngine, { name: 'acme.engine', create }],
  plugin: [definePlugin, { name: 'acme' }],
} as const

type Kind = keyof typeof kinds

const define = (kind: Kind, change: object) => () => {
  const [make, right] = kinds[kind]
  return (make as (definition: object) => unknown)({ ...right, ...change })
}

test.each(Object.keys(kinds) as Kind[])('the definition of a %s is accepted if it is right', (kind) => {
  expect(define(kind, {})).not.toThrow()
})

test.each<[Kind, string, unknown, RegExp]>([
  ['operator', 'name', '', /"name" is the text "", and must be a name, such as 'acme\.shout'/],
  ['operator', 'kind', 'mapp', /"kind" is the text "mapp".*one of map, filter/],
  ['operator', 'create', undefined, /"create" is nothing.*a function/],
  ['operator', 'create', 5, /operator acme\.up is wrong: "create" is number 5.*a function/],
  ['operator', 'options', undefined, /"options" is nothing.*an object of fields/],
  ['operator', 'options', () => ({}), /"options".*an object of fields/],
  ['operator', 'options', { input: 'string' }, /the option "input" is the text "string".*a schema of zod 4/],
  ['operator', 'columns', { adds: { up: 'string' } }, /"columns" is an object.*a function, such as \(options\) =>/],
  ['operator', 'reads', ['a'], /"reads" is a list.*a function/],
  ['operator', 'servings', ['default'], /"servings" is a list.*a function/],
  ['operator', 'vectorStores', 'kb', /"vectorStores" is the text "kb".*a function/],
  ['operator', 'batchSize', 100, /"batchSize" is number 100.*a function, such as \(\) => 100/],
  ['operator', 'check', [], /"check" is a list.*a function/],
  ['operator', 'refine', {}, /"refine".*a function/],
  ['operator', 'adds', ['up'], /"adds" is a list.*an object of columns and types/],
  ['operator', 'drops', 'x', /"drops" is the text "x".*a list/],
  ['operator', 'drops', [1], /"drops" is a list of 1.*a list, such as \['text'\]/],
  ['operator', 'keeps', '{names}', /"keeps" is the text.*a list/],
  ['operator', 'renames', { a: 'b' }, /"renames" is an object.*the option that maps/],
  ['operator', 'renames', 'names', /"renames" is the text "names".*in braces/],
  ['operator', 'adds', { '{output}': 'string' }, /"adds" names the option "output", which it does not have/],
  ['operator', 'drops', ['{names|others}'], /"drops" names the option "others"/],
  ['operator', 'inject', 'SERVINGS', /"inject" is the text.*a list of tokens/],
  ['operator', 'inject', [undefined], /"inject" is a list of 1.*a list of tokens/],
  ['operator', 'version', 2, /"version" is number 2.*a text/],
  ['operator', 'deterministic', 'no', /"deterministic" is the text "no".*true or false/],
  ['operator', 'writesElsewhere', 1, /"writesElsewhere".*true or false/],
  ['source', 'columns', { columns: {} }, /The definition of a source is wrong: "columns" is an object.*a function/],
  ['source', 'columns', undefined, /"columns" is nothing/],
  ['source', 'open', undefined, /"open" is nothing/],
  ['source', 'optionalColumns', ['n'], /"optionalColumns".*true or false/],
  ['source', 'check', true, /"check".*a function/],
  ['sink', 'open', {}, /definition of a sink is wrong: "open" is an object/],
  ['sink', 'target', 'out.txt', /"target" is the text "out\.txt".*a function/],
  ['sink', 'continues', true, /"continues" is boolean true.*a function/],
  ['sink', 'takesJsonLines', true, /"takesJsonLines".*a function/],
  ['storage', 'source', undefined, /the storage acme\.file is wrong: it has neither a source nor a sink/],
  ['storage', 'source', { open }, /"source" is an object, and must be what defineSource returns/],
  ['storage', 'sink', open, /"sink".*what defineSink returns/],
  ['serving', 'kind', 'chat', /"kind" is the text "chat".*one of llm, embedding/],
  ['serving', 'options', { size: z.number() }, /"options" is an object, and must be a schema/],
  ['serving', 'capabilities', { jsonSchema: true }, /"capabilities" is an object.*a function/],
  ['serving', 'check', true, /"check".*a function/],
  ['prompt', 'create', 'Say {{text}}', /the prompt acme\.letter is wrong: "create" is the text/],
  ['prompt', 'options', { tone: ['a'] }, /the option "tone" is a list of 1/],
  ['store', 'options', undefined, /"options" is nothing.*a schema/],
  ['cache', 'create', undefined, /"create" is nothing/],
  ['limits', 'name', undefined, /"name" is nothing/],
  ['executor', 'workers', true, /"workers" is boolean true.*an object/],
  ['engine', 'inject', {}, /"inject".*a list of tokens/],
  ['plugin', 'operators', kinds.operator[1], /"operators" is an object, and must be a list of definitions/],
  ['plugin', 'observe', {}, /"observe".*a function/],
  ['plugin', 'provides', {}, /"provides" is an object.*a list of provide/],
  ['plugin', 'options', { size: z.number() }, /"options" is an object.*a schema/],
])('the definition of a %s whose %s is something else is refused', (kind, property, value, message) => {
  const wrong = define(kind, { [property]: value })
  expect(wrong).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_DEFINITION_INVALID',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/docs\/plugins.*shows a whole definition/),
    }),
  )
})

test.each<[Kind, string, string]>([
  ['operator', 'colums', 'columns'],
  ['operator', 'vectorStore', 'vectorStores'],
  ['operator', 'batchsize', 'batchSize'],
  ['operator', 'rename', 'renames'],
  ['source', 'describeColumn', 'describeColumns'],
  ['sink', 'targets', 'target'],
  ['storage', 'sources', 'source'],
  ['serving', 'capability', 'capabilities'],
  ['prompt', 'descripton', 'description'],
  ['store', 'option', 'options'],
  ['cache', 'injects', 'inject'],
  ['executor', 'worker', 'workers'],
  ['plugin', 'operator', 'operators'],
  ['plugin', 'observer', 'observe'],
])('a misspelt property of a %s is refused with what was meant: %s', (kind, property, meant) => {
  expect(define(kind, { [property]: () => undefined })).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_DEFINITION_INVALID',
      message: expect.stringContaining(`unknown property "${property}"`),
      hint: expect.stringContaining(`Did you mean "${meant}"?`),
    }),
  )
})

test.each(Object.keys(kinds) as Kind[])('what is no object is refused as the definition of a %s', (kind) => {
  for (const definition of [undefined, null, 'x', []])
    expect(() => (kinds[kind][0] as (definition: unknown) => unknown)(definition)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_DEFINITION_INVALID' }),
    )
})

test('names in braces, a class of fields, and functions are accepted', () => {
  class Names {
    names = z.record(z.string(), z.string())
    output = z.string().optional()
  }
  expect(define('operator', { options: Names, renames: '{names}', keeps: ['{output|names}', 'id'] })).not.toThrow()
  expect(define('operator', { adds: () => ({}), drops: ['{names}'] })).not.toThrow()
})
