import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'

/** Names that once stood for what has another name now, by the rules of CONTRIBUTING.md. */
const replaced = [
  ...['inputColumns', 'queryColumn', 'contextColumn', 'answerColumn', 'with', 'best', 'a', 'b', 'names', 'column'],
  ...['k', 'top', 'strategy', 'rubric', 'condition', 'instruction', 'dimension', 'values'],
  ...['maxBytes', 'maxInflatedBytes'],
]
/** Where such a name says what the rules ask for. */
const meant = new Set(['table.aggregate values', 'table.window values', 'fs.file column'])

const project = maestro({
  plugins: [ai, table, fs, db],
  servings: { default: scriptedServing([]) },
  logLevel: 'silent',
})

/** Every option of every operator, by `operator option`. */
async function options(): Promise<readonly string[]> {
  const plugins = ['ai', 'table', 'fs', 'db'].map((name) => `@maestro-dataflow/plugin-${name}`)
  const contributions = (await Promise.all(plugins.map((name) => project.contributionsOf(name)))).flat()
  return contributions
    .filter(({ kind }) => kind === 'operators')
    .flatMap(({ name, definition }) => {
      const { options } = definition as unknown as Described
      const target = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }
      const schema = options['~standard'].jsonSchema.input(target)
      const names = [schema, ...(schema.anyOf ?? [])].flatMap(({ properties = {} }) => Object.keys(properties))
      return [...new Set(names)].map((option) => `${name} ${option}`)
    })
}

/** An operator whose options tell their JSON Schema. */
interface Described {
  readonly options: { readonly '~standard': { readonly jsonSchema: { input(target: object): Json } } }
}

interface Json {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly anyOf?: readonly Json[]
}

test('no option has a name that another one replaced', async () => {
  const found = await options()
  expect(found.length).toBeGreaterThan(300)
  expect(found.filter((one) => !meant.has(one) && replaced.includes(one.split(' ')[1] ?? ''))).toEqual([])
})

test('every operator that asks a language model takes every sampling option', async () => {
  const found = new Set(await options())
  const asking = [...found].filter((one) => one.endsWith(' prompt')).map((one) => one.split(' ')[0])
  expect(asking.length).toBeGreaterThan(20)
  const sampling = ['temperature', 'topP', 'topK', 'seed', 'stop', 'maxTokens']
  expect(asking.flatMap((name) => sampling.map((one) => `${name} ${one}`)).filter((one) => !found.has(one))).toEqual([])
})

test('every operator with a prompt of its own takes instructions', async () => {
  const found = new Set(await options())
  const worded = [...found].filter((one) => one.endsWith(' language')).map((one) => one.split(' ')[0])
  expect(worded.length).toBeGreaterThan(20)
  expect(worded.filter((name) => !found.has(`${name} instructions`))).toEqual([])
})

test('an option by its old name is an error that names those there are', async () => {
  const step = (use: string, given: object) => ({
    name: 'p',
    source: { rows: [{ t: 'a', v: [1] }], columns: { columns: {}, open: true } },
    steps: [{ id: 's', input: 'source' as const, use, options: given }],
    sinks: [],
  })
  await expect(project.preview(step('ai.cluster', { input: 'v', cluster: 2 }))).rejects.toThrow(
    'ai.cluster: there is no option "cluster". Did you mean "clusters"?',
  )
  await expect(project.preview(step('ai.sort', { input: 't', criterion: 'x', by: 'score' }))).rejects.toThrow(
    /ai\.sort: there is no option "by".*method/,
  )
})
