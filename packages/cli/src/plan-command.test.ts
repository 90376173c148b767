import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': {
      plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-local'],
      servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct', seed: 71077345 } },
      pipelines: 'pipelines/*',
    },
    'reviews.csv': 'id,review\n1,Great phone\n',
    'pipelines/tones.ts': `
      import { pipeline, prompt } from '@maestro-dataflow/core'
      export default pipeline('tones')
        .read('fs.file', { path: 'reviews.csv', columns: ['id', 'review'] })
        .filter((row) => row.id !== '3', { id: 'keep' })
        .branch((rows) => rows.write('fs.file', { path: 'out/kept.csv' }))
        .step('ai.generate', { prompt: prompt('Which tone has {{review}}?'), output: 'tone' }, { id: 'ask', where: { id: { not: '2' } } })
        .write('fs.file', { path: 'out/tones.jsonl' })`,
  })
})
afterEach(() => project.remove())

test('the graph with the columns after each step, servings and stages; options of servings that may be secret are not shown', async () => {
  const { code, stdout, stderr } = await project.maestro('plan', 'tones')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`tones: 2 steps in 2 stages, 2 sinks

source  fs.file
  path: "reviews.csv"
  columns: id string, review string
keep  filter function
  columns: as before
  - write sink-1  fs.file
      path: "out/kept.csv"
  - ask  ai.generate
      prompt: "Which tone has {{review}}?"
      output: "tone"
      serving: "default"
      where: {"id":{"not":"2"}}
      columns: id string, review string, + tone string
    write sink-2  fs.file
      path: "out/tones.jsonl"

Servings
  default  local.chat smollm2-135m-instruct  used by ask

Stages
  0  rows  keep, write sink-1
  1  rows  ask, write sink-2
`)
})

test('the steps that run in the workers of the executor', async () => {
  const config = { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*', executor: 'threads' }
  project.write('maestro.config.json', config)
  project.write(
    'pipelines/kept.ts',
    `import { pipeline } from '@maestro-dataflow/core'
    export default pipeline('kept')
      .read('fs.file', { path: 'reviews.csv' })
      .filter((row) => row.id !== '3', { id: 'keep' })
      .map((row) => row, { id: 'one', concurrency: 1 })
      .write('fs.file', { path: 'out/kept.csv' })`,
  )
  const shown = await project.maestro('plan', 'kept')
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toContain('\n  0  rows  keep, one, write sink-1  in workers: keep\n')
  const { stages, warnings } = JSON.parse((await project.maestro('plan', 'kept', '--json')).stdout)
  expect([stages[0].workers, warnings]).toEqual([['keep'], []])
})

test('the vector stores that steps use', async () => {
  project.write(
    'stores.js',
    `import { defineOperator } from '@maestro-dataflow/core'
    const options = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }
    const look = defineOperator({ name: 'stores.look', kind: 'map', options, vectorStores: ({ store }) => [store], create: () => (row) => row })
    const vectors = { name: 'stores.vectors', options, create: () => { throw new Error('opened') } }
    const contributes = { operators: { 'stores.look': 'Looks' }, vectorStores: { 'stores.vectors': 'Vectors' } }
    export default { name: 'stores', manifest: { apiVersion: 1, contributes }, apply(hooks) {
      hooks.operators.tap('stores', (registry) => registry.add(look))
      hooks.vectorStores.tap('stores', (registry) => registry.add(vectors))
    } }`,
  )
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs', './stores.js'],
    vectorStores: { kb: { use: 'stores.vectors' } },
    pipelines: 'pipelines/*',
  })
  const steps = ['one', 'two'].map((id) => ({ use: 'stores.look', id, store: 'kb' }))
  const ends = { read: { use: 'fs.file', path: 'reviews.csv' }, write: { use: 'fs.file', path: 'a.csv' } }
  project.write('pipelines/looks.json', { name: 'looks', ...ends, steps })
  const { code, stdout, stderr } = await project.maestro('plan', 'looks')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('\nVector stores\n  kb  used by one, two\n')
})

test('--json prints the plan as data', async () => {
  const { code, stdout } = await project.maestro('plan', 'tones', '--json')
  expect(code).toBe(0)
  const plan = JSON.parse(stdout)
  expect(plan).toMatchObject({ version: 1, pipeline: 'tones' })
  expect(plan.steps.map(({ id }: { id: string }) => id)).toEqual(['keep', 'ask'])
})

test('all faults are reported at once', async () => {
  project.write('pipelines/wrong.json', {
    name: 'wrong',
    read: { use: 'fs.file', path: 'none.csv' },
    steps: [{ use: 'ai.generat', prompt: 'x' }],
    write: { use: 'fs.fil', path: 'a.csv' },
  })
  const { code, stderr } = await project.maestro('plan', 'wrong')
  expect(code).toBe(1)
  for (const part of ['none.csv', 'Did you mean "ai.generate"', 'Did you mean "fs.file"'])
    expect(stderr).toContain(part)
})

test('a document that the last run could not read is named, with the reason', async () => {
  const plain = new TemporaryProject({
    'maestro.config.json': { plugins: ['fs', 'ai'].map((name) => `@maestro-dataflow/plugin-${name}`) },
    'docs/good.md': 'A text.',
    'docs/broken.docx': 'no archive at all',
    'load.json': {
      name: 'load',
      read: { use: 'ai.load-documents', path: 'docs' },
      write: { use: 'fs.file', path: 'out.jsonl' },
    },
  })
  try {
    expect((await plain.maestro('plan', 'load.json')).stdout).not.toContain('last run')
    expect((await plain.maestro('run', 'load.json')).code).toBe(0)
    const { stdout } = await plain.maestro('plan', 'load.json')
    expect(stdout).toMatch(/last run: \S*load\S*\n {2}1 row rejected in source, for example docs\/broken\.docx: \S/)
  } finally {
    plain.remove()
  }
})

test('--estimate tries some rows and reports tokens, cost, and time, and writes nothing', {
  timeout: 120_000,
}, async () => {
  // A tiny model may never end a free text.
  const pipeline = project
    .read('pipelines/tones.ts')
    .replace("output: 'tone'", "schema: z.object({ tone: z.enum(['good', 'bad']) })")
  project.write('pipelines/tones.ts', `import { z } from 'zod'\n${pipeline}`)
  const { code, stdout } = await project.maestro('plan', 'tones', '--estimate', '1')
  expect(code).toBe(0)
  const estimate = stdout.slice(stdout.indexOf('Estimate'))
  expect(estimate).toMatch(
    /^Estimate from 1 row of 1, 1 of which pass keep\n {2}step +serving +calls +tokens in +tokens out +cost\n {2}ask +local\.chat smollm2-135m-instruct +1 +\d+ +\d+ +\$0\.00\n {2}total +1 .*\n {2}time: /,
  )
  const json = JSON.parse((await project.maestro('plan', 'tones', '--estimate', '--json')).stdout)
  expect(json).toMatchObject({ version: 1, estimate: { probes: 1, total: { requests: { low: 1, high: 1 } } } })
  expect(() => project.read('out/tones.jsonl')).toThrow()
})

test('settings that a model does not accept are warnings of the steps that use it', async () => {
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-openai'],
    servings: { default: { use: 'openai.chat', model: 'gpt-5.4-mini', topK: 5 } },
    pipelines: 'pipelines/*',
  })
  const ends = { read: { use: 'fs.file', path: 'reviews.csv' }, write: { use: 'fs.file', path: 'a.jsonl' } }
  const ask = { use: 'ai.generate', id: 'ask', prompt: 'Which tone has {{review}}?', output: 'tone', temperature: 0.2 }
  project.write('pipelines/asks.json', { name: 'asks', ...ends, steps: [ask] })
  const { code, stdout, stderr } = await project.maestro('plan', 'asks')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`
Warnings
  Step ask: The model of the serving "default" does not accept \`topK\`, which is not sent.
  Step ask: The model of the serving "default" does not accept \`temperature\`, which is not sent.
`)
})

test('sinks that get all rows again when the run is resumed are named', async () => {
  const project = new TemporaryProject({
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'] },
    'in.jsonl': '{"id":"a"}\n',
    'copy.pipeline.json': {
      name: 'copy',
      read: { use: 'fs.file', path: 'in.jsonl' },
      write: [
        { use: 'fs.file', id: 'plain', path: 'out.jsonl' },
        { use: 'fs.file', id: 'packed', path: 'out.jsonl.gz' },
      ],
    },
  })
  const { stdout } = await project.maestro('plan', 'copy.pipeline.json')
  expect(stdout).toMatch(/When the run is resumed\n +write packed +gets all rows again/)
  expect(stdout).not.toMatch(/write plain +gets/)
  project.remove()
})
