import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro, openProject } from '@maestro-dataflow/core/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import shout, { ShoutPrompt } from './index.js'

const messages = pipeline('messages').from([{ text: 'good' }, { text: null }, { text: 'très bien' }])

test('shout.upper adds a column, and a value that is not a text rejects its row', async () => {
  const loud = messages.step('shout.upper', { input: 'text', output: 'loud', marks: 2 })
  const preview = await maestro({ plugins: [shout] }).preview(loud, 3)
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { text: 'good', loud: 'GOOD!!' },
    { text: 'très bien', loud: 'TRÈS BIEN!!' },
  ])
  expect(preview.rejects).toMatchObject([{ id: 'rows:2', error: { code: 'SHOUT_NOT_A_TEXT' } }])
})

test('wrong columns and options are found by the compiler, and again when the plan is made', async () => {
  // @ts-expect-error an unknown column
  const column = messages.step('shout.upper', { input: 'txt', output: 'loud' })
  // @ts-expect-error a misspelt option
  const option = messages.step('shout.upper', { input: 'text', output: 'loud', mark: 2 })
  const known = { columns: { columns: { text: 'string' as const }, open: false } }
  const project = maestro({ plugins: [shout] })
  const closed = { ...column.definition, source: { rows: [], ...known } }
  await expect(project.preview(closed)).rejects.toThrow('Did you mean "text"?')
  await expect(project.preview(option)).rejects.toThrow('Did you mean "marks"?')
})

describe('shout.prompt', () => {
  test('asks about a column in a tone', () => {
    const [system, user] = new ShoutPrompt({ input: 'review', tone: 'angry' }).messages({ review: 'It broke.' })
    expect(system).toEqual({ role: 'system', content: expect.stringContaining('furious') })
    expect(user).toEqual({ role: 'user', content: 'It broke.' })
  })

  test('each tone is a version of its own', () => {
    expect(new ShoutPrompt({ tone: 'angry' }).version).not.toBe(new ShoutPrompt({ tone: 'happy' }).version)
  })
})

describe('the demo', () => {
  const directory = join(import.meta.dirname, '../demo')
  const project = openProject({ cwd: directory })
  afterAll(() => project.dispose())

  test('finds the plugin by its package name and writes the shouted reviews', async () => {
    const report = await project.run('loud')
    expect(report.counts).toMatchObject({ rowsIn: 8, rowsOut: 8, rejected: 0 })
    const [first] = (await readFile(join(directory, 'out/loud.jsonl'), 'utf8')).split('\n')
    expect(JSON.parse(first ?? '')).toEqual({ id: '1', text: 'The soup was cold.', loud: 'THE SOUP WAS COLD.!!!' })
  })

  test('the replies are a plan with the prompt’s tone and column in it', async () => {
    const plan = await project.plan('replies')
    expect(plan.steps[0]).toMatchObject({
      use: 'ai.generate',
      effects: { reads: ['text'], adds: { reply: 'string' } },
      options: { prompt: { prompt: 'ShoutPrompt', version: new ShoutPrompt({ tone: 'angry' }).version } },
    })
  })
})
