import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { PromptClass } from '../../contracts/operator/operator.js'
import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import { Prompt } from '../../contracts/prompt.js'
import { ChatPrompt, chatPrompt } from '../../define/chat-prompt.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePlugin } from '../../define/define-plugin.js'
import { definePrompt } from '../../define/define-prompt.js'
import { PromptTemplate, prompt } from '../../define/prompt.js'
import { maestro } from '../../maestro.js'

/** Writes what its prompt says of the row. */
const render = (allowed: readonly PromptClass[]) =>
  defineOperator({
    name: 'test.render',
    kind: 'map',
    options: z.strictObject({ prompt: z.instanceof(Prompt), marks: z.number().optional() }),
    columns: () => ({ adds: { said: 'string' } }),
    prompts: { option: 'prompt', allowed },
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

  test.each<[form: string, given: unknown, allowed: PromptClass, found: string]>([
    ['a text', '{{text}}', ChatPrompt, 'PromptTemplate'],
    ['a chat', chat, PromptTemplate, 'ChatPrompt'],
    ['a contributed class', { use: 'test.polite' }, PromptTemplate, 'Polite'],
  ])('%s that is not allowed is a fault that names the step and what is', async (_form, given, allowed, found) => {
    expect(await faultsOf(asking(given, [allowed]))).toEqual([
      `step say: test.render does not take a ${found}. It takes: ${allowed.name}.`,
    ])
  })
})

test('what cannot be made is one fault, and the other options are checked beside it', async () => {
  const faults = await faultsOf(asking({ use: 'test.none' }, [], { mark: 1 }))
  expect(faults).toHaveLength(2)
  expect(faults[0]).toContain('step say: test.none could not be made: create() gave back no prompt')
  expect(faults[1]).toContain('Did you mean "marks"?')
})
