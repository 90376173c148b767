import { z } from 'zod'
import type { LLMCapabilities, LLMRequest, LLMServing } from '../contracts/serving.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import { defineServing } from '../define/define-component.js'
import type { Row } from '../contracts/row.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { definePrompt } from '../define/define-prompt.js'
import { defineSink, defineSource, defineStorage } from '../define/define-storage.js'
import { column } from '../define/options/columns.js'
import { promptOption } from '../define/options/references.js'
import { newColumn } from '../define/options/values.js'
import { PromptTemplate, prompt } from '../define/prompt.js'

/** A prompt class that `acme.ask` accepts, and one that it rejects. */
export class Question extends PromptTemplate {}
export class Riddle extends PromptTemplate {}

export const upper = defineOperator({
  name: 'acme.upper',
  kind: 'map',
  options: { input: column(), output: z.string(), times: z.number().default(1) },
  adds: { '{output}': 'string' },
  create:
    ({ input, output, times }) =>
    (row) => ({ ...row, [output]: String(row[input]).toUpperCase().repeat(times) }),
})

/** Asks the given serving for each row. */
export const ask = defineOperator({
  name: 'acme.ask',
  kind: 'map',
  options: {
    prompt: promptOption({ allowed: [Question] }).default(() => prompt('{{text}}')),
    output: newColumn('answer'),
    serving: z.string().default('default'),
    json: z.boolean().default(false),
  },
  adds: { '{output}': 'string' },
  inject: [SERVINGS],
  servings: ({ serving, json }) => [
    { kind: 'llm', name: serving, ...(json ? { capabilities: ['jsonSchema' as const] } : {}) },
  ],
  create: ({ prompt: asked, output, serving }, [servings]) => {
    const model = servings.get(serving, 'llm')
    return async (row, { run, step, rowId, signal }) => {
      const request: LLMRequest = { messages: asked.messages(row) }
      const { text } = await model.generate(request, { run, step, rowId, signal })
      return { ...row, [output]: text }
    }
  },
})

const capabilities: LLMCapabilities = { jsonSchema: false, images: false, audio: false }

/** Answers with the question; with a `failure`, throws it. */
export function echo(failure?: (request: LLMRequest) => Error): LLMServing {
  return {
    kind: 'llm',
    name: 'echo',
    capabilities,
    async generate(request) {
      if (failure !== undefined) throw failure(request)
      const text = String(request.messages.at(-1)?.content)
      return { text, finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 2 }, cost: 0.5, model: 'echo-1' }
    },
  }
}

const echoServing = defineServing({
  name: 'acme.echo',
  kind: 'llm',
  options: z.strictObject({ apiKey: z.string(), fail: z.boolean().default(false) }),
  capabilities: () => capabilities,
  create: ({ apiKey, fail }) => (fail ? echo(() => new Error(`401: ${apiKey} is not known`)) : echo()),
})

const questionPrompt = definePrompt({
  name: 'acme.question',
  options: { about: column() },
  create: ({ about }) => new Question(`What is {{${about}}}?`),
})

/** A plugin with a contribution of many kinds, and the rows that its sink received. */
export function smallPlugin() {
  const written: Row[] = []
  const rows = defineStorage({
    name: 'acme.rows',
    source: defineSource({
      options: { columns: z.array(z.string()), count: z.number().default(3) },
      columns: ({ columns }) => ({
        columns: Object.fromEntries(columns.map((column) => [column, 'string' as const])),
        open: false,
      }),
      open: ({ columns, count }) => ({
        async *read() {
          const numbers = Array.from({ length: count }, (_, n) => n)
          yield {
            ids: numbers.map((n) => `r${n}`),
            rows: numbers.map((n) => Object.fromEntries(columns.map((column) => [column, `${column}${n}`]))),
          }
        },
      }),
    }),
    sink: defineSink({
      options: { to: z.string().default('memory') },
      open: () => {
        const waiting: Row[] = []
        return {
          write: (batch) => void waiting.push(...batch.rows),
          commit: async () => {
            written.push(...waiting)
            return { rows: waiting.length, location: 'memory' }
          },
          abort: async () => undefined,
        }
      },
    }),
  })
  const plugin = definePlugin({
    name: 'acme',
    storages: [rows],
    servings: [echoServing],
    prompts: [questionPrompt],
    operators: [upper, ask],
  })
  return { plugin, written }
}
