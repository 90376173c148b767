import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import type { CallOptions, LLMServing } from '../contracts/serving.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import { defineOperator } from '../define/define-operator.js'
import { promptOption } from '../define/options/references.js'
import { pipeline } from '../define/pipeline.js'
import { prompt } from '../define/prompt.js'
import { type MaestroOptions, maestro } from '../maestro.js'
import { EnhancedLLMServing } from '../serving/enhanced-llm-serving.js'

/** Each call costs one dollar. */
function paid() {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'paid',
    price: { input: 0, request: 1 },
    identity: {},
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      asked.push(String(messages.at(-1)?.content))
      return { text: 'yes', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }
    },
  }
  return { serving, asked }
}

type Ask = (serving: LLMServing, text: string, signal: AbortSignal) => Promise<string>

/** An operator that does not pass its context on, and whose question does not show the wording of its prompt. */
const asking = (ask: Ask) =>
  defineOperator({
    name: 'acme.ask',
    kind: 'map',
    options: { prompt: promptOption() },
    adds: { answer: 'string' },
    inject: [SERVINGS],
    servings: () => [{ kind: 'llm', name: 'default' }],
    create:
      (_options, [servings]) =>
      async (row, { signal }) => ({
        ...row,
        answer: await ask(servings.get('default', 'llm'), String(row.text), signal),
      }),
  })

const generating =
  (options: (signal: AbortSignal) => CallOptions | undefined): Ask =>
  async (serving, text, signal) =>
    (await serving.generate({ messages: [{ role: 'user', content: text }] }, options(signal))).text

const ways: readonly (readonly [string, Ask])[] = [
  ['nothing', generating(() => undefined)],
  ['its signal', generating((signal) => ({ signal }))],
  ['the name of its step, and not the run', generating(() => ({ step: 'ask' }))],
  [
    'nothing to a batch',
    async (serving, text) => {
      const answers = EnhancedLLMServing.of(serving).generateBatch([{ messages: [{ role: 'user', content: text }] }])
      return (await Array.fromAsync(answers))[0]?.text ?? ''
    },
  ],
]

const rows = (wording: string, ask: Ask) =>
  pipeline('p')
    .from(['a', 'b', 'c', 'd'].map((text) => ({ text })))
    .step(asking(ask), { prompt: prompt(`${wording} {{text}}`) }, { id: 'ask' })

const run = (serving: LLMServing, wording: string, ask: Ask, options: MaestroOptions) =>
  maestro({ servings: { default: serving }, logLevel: 'silent', ...options }).runTo(rows(wording, ask), {
    write: () => undefined,
  })

describe.each(ways)('an operator that passes on %s', (_, ask) => {
  test('spends from the budget of the run', async () => {
    const { serving, asked } = paid()
    const directory = new ProjectFolder().path
    const failure = await errorOf(() => run(serving, 'Say', ask, { directory, budgets: { run: { usd: 2 } } }))
    expect(failure).toMatchObject({ code: 'MAESTRO_BUDGET_REACHED', details: { scope: 'the run', spent: 2 } })
    expect(asked).toHaveLength(2)
  })

  test('has its usage in the report of its step', async () => {
    const { serving } = paid()
    const report = await run(serving, 'Say', ask, { directory: new ProjectFolder().path })
    expect(report.usage).toMatchObject({ requests: 4, cost: 4 })
    expect(report.steps).toMatchObject([{ id: 'ask', usage: { requests: 4 } }])
  })

  test('asks again when the wording of its prompt changes, and only then', async () => {
    const { serving, asked } = paid()
    const directory = new ProjectFolder().path
    for (const [wording, calls] of [
      ['Say', 4],
      ['Say', 4],
      ['Whisper', 8],
    ] as const) {
      await run(serving, wording, ask, { directory })
      expect(asked).toHaveLength(calls)
    }
  })
})
