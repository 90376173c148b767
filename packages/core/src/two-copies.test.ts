// A project and its plugins may have a copy of core each. Here the other copy is a folder of its own with what is published.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ProjectFolder } from './__fixtures__/project-folder.js'
import { ask, echo, smallPlugin } from './__fixtures__/small-plugin.js'
import { LOGGER } from './contracts/logger.js'
import { Operator } from './contracts/operator.js'
import { Prompt } from './contracts/prompt.js'
import { RowSource } from './contracts/row-source.js'
import { SERVINGS } from './contracts/serving-definition.js'
import { pipeline } from './define/pipeline.js'
import { PromptTemplate } from './define/prompt.js'
import { MaestroError } from './errors/maestro-error.js'
import type * as Core from './index.js'
import { maestro } from './maestro.js'
import { MapOperator } from './operator/map.js'
import { enhance } from './serving/enhance.js'

const folder = mkdtempSync(join(tmpdir(), 'maestro-copy-'))
let other: typeof Core
beforeAll(async () => {
  const own = join(import.meta.dirname, '..')
  for (const part of ['lib', 'package.json']) cpSync(join(own, part), join(folder, part), { recursive: true })
  other = await import(pathToFileURL(join(folder, 'lib/index.js')).href)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const project = (...plugins: readonly unknown[]) =>
  maestro({
    // What the other copy makes has the types of the other copy.
    plugins: [smallPlugin().plugin, ...(plugins as never[])],
    servings: { default: echo() },
    directory: new ProjectFolder().path,
    logLevel: 'silent',
  })
const rows = [{ text: 'one' }, { text: 'two' }]

test('the copies are two', () => {
  expect(other.Prompt).not.toBe(Prompt)
  expect(other.MapOperator).not.toBe(MapOperator)
  expect(Object.getPrototypeOf(other.prompt('x'))).not.toBe(PromptTemplate.prototype)
})

describe('what the other copy makes is recognised', () => {
  test('prompts, by each class that they are, and by no other', () => {
    expect(other.prompt('{{text}}')).toBeInstanceOf(PromptTemplate)
    expect(other.prompt('{{text}}')).toBeInstanceOf(Prompt)
    expect(other.prompt('{{text}}')).not.toBeInstanceOf(Operator)
    expect(other.chatPrompt([{ role: 'user', content: 'x' }])).not.toBeInstanceOf(PromptTemplate)
    class Own extends PromptTemplate {}
    expect(other.prompt('{{text}}')).not.toBeInstanceOf(Own)
    expect(new Own('x')).toBeInstanceOf(other.PromptTemplate)
    expect(z.instanceof(PromptTemplate).safeParse(other.prompt('x')).success).toBe(true)
  })

  test('an operator object and a pipeline', async () => {
    class Louder extends other.MapOperator {
      map(row: Record<string, unknown>) {
        return { ...row, loud: String(row.text).toUpperCase() }
      }
    }
    const made = other
      .pipeline('p')
      .from(rows)
      .use(new Louder() as never)
    const louder = await Array.fromAsync(project().rows(made as never))
    expect(louder).toMatchObject([
      { text: 'one', loud: 'ONE' },
      { text: 'two', loud: 'TWO' },
    ])
    const plan = await project().plan(made.write('acme.rows' as never, {} as never) as never)
    expect(plan.steps[0]).toMatchObject({ use: 'Louder', kind: 'map' })
  })

  test('a prompt in a step', async () => {
    const asked = pipeline('p')
      .from(rows)
      .step(ask, { prompt: new (class Question extends other.PromptTemplate {})('{{text}}?') as never } as never)
    const error = await Array.fromAsync(project().rows(asked)).catch((thrown) => thrown)
    // Known as a prompt, so that what is refused is its class and not that there is none.
    expect(error.details.errors).toMatchObject([{ code: 'MAESTRO_PROMPT_NOT_ALLOWED' }])
  })

  test('a plugin with its operators, sources, tokens and what it observes', async () => {
    const NOTE = other.createToken<string[]>('copy.notes')
    const notes: string[] = []
    const joined = other.defineOperator({
      name: 'copy.count',
      kind: 'map',
      options: { table: other.sourceOption() },
      servings: () => [{ kind: 'llm', name: 'default' }],
      inject: [other.SERVINGS, other.LOGGER, NOTE],
      create:
        ({ table }, [servings, , kept]) =>
        async (row, { signal }) => {
          kept.push(servings.get('default', 'llm').name)
          return { ...row, count: (await table.rows(signal)).length }
        },
    })
    const plugin = other.definePlugin({
      name: 'copy',
      operators: [joined],
      provides: [other.provide(NOTE, () => notes)],
      observe: (hooks) => hooks.stepStart(({ step }) => void notes.push(step)),
    })
    const counted = pipeline('p')
      .from(rows)
      .step('copy.count' as never, { table: { use: 'acme.rows', columns: ['text'], count: 4 } } as never)
    expect(await Array.fromAsync(project(plugin).rows(counted))).toMatchObject([{ count: 4 }, { count: 4 }])
    expect(notes).toEqual(['1-copy.count', 'echo', 'echo'])
    expect([other.SERVINGS.id, other.LOGGER.id]).toEqual([SERVINGS.id, LOGGER.id])
  })

  test('sources, servings in a serving plane, and errors', () => {
    const source = new other.RowSource(
      'x',
      undefined,
      { columns: {}, open: true },
      {
        read: async function* () {},
        identity: async () => undefined,
        lend: (_, use) => use({}),
      },
    )
    expect(source).toBeInstanceOf(RowSource)
    const enhanced = new other.EnhancedLLMServing(echo() as never)
    expect((enhance(enhanced as never) as unknown as { inner: { name: string } }).inner.name).toBe('echo')
    expect(MaestroError.is(other.maestroError('MAESTRO_RUN_ABORTED', {} as never), 'MAESTRO_RUN_ABORTED')).toBe(true)
  })
})
