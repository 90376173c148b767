import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { PromptClass } from '../../contracts/operator.js'
import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { Row } from '../../contracts/row.js'
import { ChatPrompt, chatPrompt } from '../../define/chat-prompt.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePlugin } from '../../define/define-plugin.js'
import { definePrompt } from '../../define/define-prompt.js'
import { promptOption } from '../../define/options/references.js'
import { PromptTemplate, prompt } from '../../define/prompt.js'
import { promptRestrict } from '../../define/prompt-restrict.js'
import { maestro } from '../../maestro.js'
import { MapOperator } from '../../operator/map.js'
import { describeOptions } from './describe-options.js'

/** Writes what its prompt says of the row. */
const render = (allowed: readonly PromptClass[]) =>
  defineOperator({
    name: 'test.render',
    kind: 'map',
    options: { prompt: promptOption({ allowed }), marks: z.number().optional() },
    adds: { said: 'string' },
    create:
      ({ prompt }) =>
      (row) => ({ ...row, said: prompt.format(row) }),
  })

class Polite extends ChatPrompt {}

const plugin = definePlugin({
  name: 'test',
  manifest: {
    apiVersion: 1,
    contributes: { prompts: { 'test.polite': 'A chat', 'test.none': 'Makes no prompt' } },
  },
  apply: (hooks) =>
    hooks.prompts.tap('test', (registry) => {
      const options = z.strictObject({ words: z.string().default('please') })
      registry.add(
        definePrompt({
          name: 'test.polite',
          options,
          create: ({ words }) => new Polite([{ role: 'user', content: `{{text}}, ${words}` }]),
        }),
      )
      registry.add(definePrompt({ name: 'test.none', options, create: () => 'text' as never }))
    }),
})

const asking = (given: unknown, allowed: readonly PromptClass[], options: object = {}): PipelineDefinition => ({
  name: 'p',
  source: { rows: [{ text: 'go' }], columns: { columns: { text: 'string' }, open: false } },
  steps: [{ id: 'say', input: 'source', use: render(allowed), options: { prompt: given, ...options } }],
  sinks: [],
})

const said = async (given: unknown, allowed: readonly PromptClass[] = []) =>
  (await Array.fromAsync(maestro({ plugins: [plugin] }).rows(asking(given, allowed)))).map((row) => row.said)

const faultsOf = (definition: PipelineDefinition): Promise<readonly string[]> =>
  maestro({ plugins: [plugin] })
    .preview(definition)
    .then(
      () => [],
      (error) => error.details.faults,
    )

test.each<[form: string, given: unknown, text: string]>([
  ['a text', 'Please {{text}}', 'Please go'],
  ['a list of turns', [{ role: 'user', content: '{{text}}!' }], 'user: go!'],
  [
    'a list of turns with parts',
    [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', from: '{{text}}' },
        ],
      },
    ],
    'user: See\n[image go]',
  ],
  [
    'an object with examples',
    { system: 'Be brief.', user: '{{text}}?', examples: [{ input: 'stop', output: 'red' }] },
    'system: Be brief.\n\nuser: stop?\n\nassistant: red\n\nuser: go?',
  ],
  [
    'an object with rows as examples',
    { user: '{{text}}', answer: '{{light}}', examples: [{ text: 'stop', light: 'red' }] },
    'user: stop\n\nassistant: red\n\nuser: go',
  ],
  ['a contributed class', { use: 'test.polite' }, 'user: go, please'],
  ['a contributed class with options', { use: 'test.polite', words: 'now' }, 'user: go, now'],
  ['a prompt', prompt('{{text}}?'), 'go?'],
])('%s is a prompt', async (_form, given, text) => {
  expect(await said(given)).toEqual([text])
})

describe('allowed prompts', () => {
  const chat = chatPrompt([{ role: 'user', content: '{{text}}' }])

  test('the classes that an operator allows, and those that extend them', async () => {
    expect(await said(chat, [ChatPrompt])).toEqual(['user: go'])
    expect(await said({ use: 'test.polite' }, [ChatPrompt])).toEqual(['user: go, please'])
    expect(await said('{{text}}', [ChatPrompt, PromptTemplate])).toEqual(['go'])
  })

  test('those of a class that was restricted', async () => {
    const { allowedPrompts } = promptRestrict(ChatPrompt)(
      class extends MapOperator {
        map = (row: Row) => row
      },
    )
    expect(await said(chat, allowedPrompts)).toEqual(['user: go'])
    expect(await faultsOf(asking('{{text}}', allowedPrompts))).toEqual([
      'step say: test.render does not accept a PromptTemplate. It accepts: ChatPrompt.',
    ])
  })

  test.each<[form: string, given: unknown, allowed: PromptClass, found: string]>([
    ['a text', '{{text}}', ChatPrompt, 'PromptTemplate'],
    ['a chat', chat, PromptTemplate, 'ChatPrompt'],
    ['a contributed class', { use: 'test.polite' }, PromptTemplate, 'Polite'],
  ])('%s that is not allowed is a fault that names the step and what is', async (_form, given, allowed, found) => {
    expect(await faultsOf(asking(given, [allowed]))).toEqual([
      `step say: test.render does not accept a ${found}. It accepts: ${allowed.name}.`,
    ])
  })
})

test.each<[what: string, given: unknown, ...parts: string[]]>([
  ['a turn without parts', [{ role: 'user', content: [] }], '0: a turn', "{ type: image, from: '{{column}}' }"],
  ['a part that is none', [{ role: 'user', content: [{ type: 'film', from: '{{text}}' }] }], '0: a turn'],
  ['media of no variable', [{ role: 'user', content: [{ type: 'image', from: 'cat.png' }] }], 'exactly one variable'],
  ['media of no column', [{ role: 'user', content: [{ type: 'image', from: '{{foto}}' }] }], 'the prompt needs "foto"'],
  ['examples without a question', { examples: [] }, '`user` is missing', 'a list of parts such as'],
  ['a misspelt part of it', { user: '{{text}}', examples: [], sistem: 'x' }, 'sistem'],
  ['examples that are no list', { user: '{{text}}', examples: 'x' }, 'examples: '],
  ['an example that is none', { user: '{{text}}', examples: [{ input: 'x' }] }, 'Example 1', 'needs output'],
  ['a question of no column', { user: '{{txt}}', examples: [] }, 'the prompt needs "txt"', 'Did you mean "text"?'],
])('%s is a fault of the plan', async (_what, given, ...parts) => {
  const [fault, ...others] = await faultsOf(asking(given, []))
  expect(others).toEqual([])
  for (const part of ['step say', ...parts]) expect(fault).toContain(part)
})

test('the plan shows the prompt, with a note in place of bytes', () => {
  const logo = { type: 'image', data: Uint8Array.of(1), name: 'logo' } as const
  expect(describeOptions(chatPrompt([{ role: 'user', content: [{ type: 'text', text: '{{text}}' }, logo] }]))).toEqual({
    prompt: 'ChatPrompt',
    version: expect.any(String),
    variables: ['text'],
    turns: [
      {
        role: 'user',
        content: [
          { type: 'text', text: '{{text}}' },
          { ...logo, data: { instance: 'Uint8Array' } },
        ],
      },
    ],
  })
})

test('a prompt that cannot be created is one fault, and the other options are checked too', async () => {
  const faults = await faultsOf(asking({ use: 'test.none' }, [], { mark: 1 }))
  expect(faults).toHaveLength(2)
  expect(faults[0]).toContain('step say: test.none could not be created: create() returned no prompt')
  expect(faults[1]).toContain('Did you mean "marks"?')
})

describe('several prompts of one operator', () => {
  const judge = defineOperator({
    name: 'test.judge',
    kind: 'map',
    options: {
      name: z.string(),
      about: promptOption({ variables: ['{name}'] }).optional(),
      verdict: promptOption({
        allowed: [ChatPrompt, PromptTemplate],
        variables: ['claims'],
        overRow: false,
      }).optional(),
    },
    adds: { said: 'string' },
    create:
      ({ name, about, verdict }) =>
      (row) => ({
        ...row,
        said: [about?.format({ ...row, [name]: 'x' }), verdict?.format({ claims: 'none' })].join(' '),
      }),
  })
  const judging = (options: object): PipelineDefinition => ({
    name: 'p',
    source: { rows: [{ text: 'go' }], columns: { columns: { text: 'string' }, open: false } },
    steps: [{ id: 'say', input: 'source', use: judge, options: { name: 'extra', ...options } }],
    sinks: [],
  })

  test('prompts may use the variables that the operator fills, and columns where they are allowed', async () => {
    const options = { about: '{{text}} {{extra}}', verdict: { use: 'test.polite' } }
    const faults = await faultsOf(judging(options))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('the prompt needs "text"')
    expect(faults[0]).toContain('It may name: claims')
    const rows = await Array.fromAsync(
      maestro({ plugins: [plugin] }).rows(judging({ ...options, verdict: '{{claims}}' })),
    )
    expect(rows).toEqual([{ text: 'go', said: 'go x none' }])
  })

  test('each may be left out, and each fault is reported', async () => {
    expect(await faultsOf(judging({}))).toEqual([])
    const faults = await faultsOf(judging({ about: '{{txt}}', verdict: '{{other}}' }))
    expect(faults.map((fault) => /needs "(\w+)"/.exec(fault)?.[1])).toEqual(['txt', 'other'])
  })
})
