import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const config = {
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', './echo.js'],
  servings: { default: { use: 'echo.chat', model: 'small' }, big: { use: 'echo.chat', model: 'big' } },
  pipelines: '*.pipeline.json',
}

const asking = (prompt: string, serving = 'default') => ({
  name: 'ask',
  read: { use: 'fs.file', path: 'in.csv', key: 'id' },
  steps: [{ id: 'say', use: 'ai.generate', prompt, output: 'said', serving }],
  write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
})

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': config,
    'ask.pipeline.json': asking('Say {{text}}'),
    'in.csv': 'id,text\nr1,hello\nr2,world\n',
    'echo.js': `
      import { definePlugin, defineServing } from '@maestro-dataflow/core'
      import { createMemoryCache } from '@maestro-dataflow/core/runtime'
      import { z } from 'zod'
      const capabilities = { jsonSchema: true, images: false, audio: false }
      const chat = defineServing({
        name: 'echo.chat', kind: 'llm',
        options: z.object({ model: z.string() }),
        capabilities: () => capabilities,
        create: ({ model }) => ({
          kind: 'llm', name: 'echo', provider: 'echo', model, price: { input: 0, output: 0 }, identity: {}, capabilities,
          async generate({ messages }) {
            const text = 'You said: ' + messages.at(-1).content
            return { text, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model }
          },
        }),
      })
      export default definePlugin({
        name: 'echo',
        manifest: { apiVersion: 1, contributes: { servings: { 'echo.chat': 'Says it back' }, caches: { 'echo.cache': 'Forgets' } } },
        apply(hooks) {
          hooks.servings.tap('echo', (registry) => registry.add(chat))
          hooks.caches.tap('echo', (registry) => registry.add({ name: 'echo.cache', options: z.object({}), create: () => createMemoryCache() }))
        },
      })`,
  })
})
afterEach(() => project.remove())

const cache = (...parameters: string[]) => project.maestro('cache', ...parameters)
const json = async (...parameters: string[]) => JSON.parse((await cache(...parameters, '--json')).stdout)

/** Runs the pipeline, optionally with another prompt. */
async function run(prompt?: string, serving?: string) {
  if (prompt !== undefined) project.write('ask.pipeline.json', asking(prompt, serving))
  const { code, stdout, stderr } = await project.maestro('run', 'ask.pipeline')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return stdout
}

test('a run says how many answers it reused', async () => {
  expect(await run()).toContain('model: 2 calls, 2 tokens in, 2 tokens out\n')
  expect(await run()).toContain('model: 0 calls, 2 answers reused, 0 tokens in, 0 tokens out\n')
})

test('stats: how many, since when, and where', async () => {
  expect((await cache('stats')).stdout).toBe('0 answers kept\n  in      .maestro/cache/answers.sqlite\n')
  await run()
  const { code, stdout, stderr } = await cache('stats')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^2 answers kept\n {2}stored {2}[\d-]+ [\d:]+ UTC to [\d-]+ [\d:]+ UTC\n {2}in {6}\.maestro\/cache\/answers\.sqlite, \d+ MB\n$/,
  )
  expect(await json('stats')).toMatchObject({ entries: 2, location: expect.stringMatching(/answers\.sqlite$/) })
})

test('the list shows the newest answers first, with enough to recognize them', async () => {
  expect((await cache('list')).stdout).toBe('No answers are kept.\n')
  await run()
  await run('Cry {{text}}')
  expect((await cache('list')).stdout).toMatch(
    /^key +stored +model +step +row +answer\n[0-9a-f]{12} .* small +say +r2 +"You said: Cry world"\n/,
  )
  const listed = await json('list', '--last', '1')
  expect(listed).toEqual([
    expect.objectContaining({ rowId: 'r2', answer: expect.objectContaining({ text: 'You said: Cry world' }) }),
  ])
  const ofRow = await json('list', '--row', 'r1')
  expect(ofRow.map(({ answer }: { answer: { text: string } }) => answer.text)).toEqual([
    'You said: Cry hello',
    'You said: Say hello',
  ])
})

describe('explain', () => {
  test('for a row that was asked again, it shows what changed, with both values', async () => {
    await run()
    await run('Cry {{text}}')
    const { code, stdout } = await cache('explain', 'r1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{12}, stored .*, step say, row r1\n {2}kind +"llm"\n {2}provider +"echo"\n/)
    expect(stdout).toMatch(/\nnear: [0-9a-f]{12}, .*, step say, row r1; 3 parts the same\n/)
    expect(stdout).toContain('  message 1 (user)\n    here   "Cry hello"\n    there  "Say hello"\n')
    expect(stdout).not.toContain('world')
  })

  test('another model', async () => {
    await run()
    await run('Say {{text}}', 'big')
    expect((await json('explain', 'r2')).nearest).toEqual([
      expect.objectContaining({ differences: [{ part: 'model', here: 'big', there: 'small' }] }),
    ])
  })

  test('long texts are shown where they part', async () => {
    const long = 'very '.repeat(30)
    await run(`Say ${long} loudly {{text}}`)
    await run(`Say ${long} softly {{text}}`)
    expect((await cache('explain', 'r1')).stdout).toMatch(
      /here {3}…"[very ]+ softly hello"\n {4}there {2}…"[very ]+ loudly hello"/,
    )
  })

  test('by a key or its beginning; one that is not there, and one that could be several', {
    timeout: 120_000,
  }, async () => {
    await run()
    const [{ key }] = await json('list')
    expect((await json('explain', key)).entry.key).toBe(key)
    expect((await json('explain', key.slice(0, 12))).entry.key).toBe(key)
    const unknown = await cache('explain', 'zz')
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('MAESTRO_CLI_CACHE_UNKNOWN') })
    // Among many keys, two begin with the same characters.
    project.write('in.csv', `id,text\n${Array.from({ length: 17 }, (_, n) => `n${n},${n}`).join('\n')}\n`)
    await run()
    const keys: string[] = (await json('list', '--last', '100')).map((entry: { key: string }) => entry.key)
    const shared = keys.map((one) => one.slice(0, 1)).find((start, place, starts) => starts.indexOf(start) !== place)
    const several = await cache('explain', String(shared))
    expect(several).toMatchObject({ code: 2, stderr: expect.stringContaining('MAESTRO_CLI_CACHE_AMBIGUOUS') })
    for (const one of keys.filter((one) => one.startsWith(String(shared)))) expect(several.stderr).toContain(one)
  })

  test('the only answer there is', async () => {
    project.write('in.csv', 'id,text\nr1,hello\n')
    await run()
    expect((await cache('explain', 'r1')).stdout).toMatch(/There are no other stored answers\.\n$/)
  })
})

test('clear: by age, by model, or all; the next run asks again', async () => {
  await run()
  await run('Say {{text}}', 'big')
  expect((await cache('clear', '--older-than', '1')).stdout).toBe('0 answers cleared\n')
  expect(await json('clear', '--model', 'small')).toEqual({ cleared: 2 })
  expect(await run()).toContain('model: 0 calls')
  expect((await cache('clear')).stdout).toBe('2 answers cleared\n')
  expect(await run()).toContain('model: 2 calls')
  expect(await json('clear', '--older-than', '0')).toEqual({ cleared: 2 })
  expect(await cache('clear', '--older-than', 'soon')).toMatchObject({ code: 2 })
})

test('without answers to look at it says why', async () => {
  project.write('maestro.config.json', { ...config, cache: false })
  expect(await cache('stats')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/MAESTRO_CLI_CACHE_NONE: .*cache: false/),
  })
  project.write('maestro.config.json', { ...config, cache: { use: 'memory' } })
  expect(await cache('list')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/MAESTRO_CLI_CACHE_NONE: .*in memory/),
  })
  project.write('maestro.config.json', { ...config, cache: { use: 'echo.cache' } })
  expect(await json('stats')).toMatchObject({ entries: 0 })
  for (const command of [['list'], ['explain', 'r1']])
    expect(await cache(...command)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('MAESTRO_CLI_CACHE_OPAQUE'),
    })
})

test('in a folder without a config it is that folder’s', async () => {
  project.write('elsewhere/package.json', {})
  const { stdout } = await project.start(['cache', 'stats'], { cwd: 'elsewhere' }).finished
  expect(stdout).toContain('0 answers kept')
})
