import {
  defineOperator,
  definePlugin,
  type LLMServing,
  maestroError,
  type PluginReference,
  pipeline,
  SERVINGS,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { type Attributes, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import otel from './index.js'

const exporter = new InMemorySpanExporter()
beforeEach(() => {
  exporter.reset()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
})
afterEach(() => {
  trace.disable()
  metrics.disable()
})

/** A dot, as PNG. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** Asks about each row, as often as it says. */
const ask = defineOperator({
  name: 'test.ask',
  kind: 'map',
  options: z.strictObject({ times: z.number().default(1) }),
  inject: [SERVINGS],
  servings: () => [{ kind: 'llm', name: 'default' }],
  create: ({ times }, [servings]) => {
    const model = servings.get('default', 'llm')
    return async (row, context) => {
      const content = [
        { type: 'text' as const, text: String(row.text) },
        { type: 'image' as const, data: dot, mediaType: 'image/png' },
      ]
      const answers = Array.from({ length: times }, (_, sample) =>
        model.generate({ sample, messages: [{ role: 'user', content }] }, context),
      )
      return { ...row, answers: await Promise.all(answers) }
    }
  },
})
const asking = definePlugin({
  name: 'asking',
  manifest: { apiVersion: 1, contributes: { operators: { 'test.ask': 'Asks' } } },
  operators: [ask],
})

const model: LLMServing = {
  kind: 'llm',
  name: 'test tiny',
  provider: 'test',
  model: 'tiny-1',
  capabilities: { jsonSchema: false, images: true, audio: false },
  price: { input: 1_000_000, output: 0 },
  async generate({ messages }) {
    // Long enough for the next row to ask the same.
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (JSON.stringify(messages).includes('secret'))
      throw maestroError('MAESTRO_SERVING_REFUSED', { serving: 'test tiny', reason: 'not the secret of Ann' })
    const usage = { inputTokens: 5, outputTokens: 2, cachedInputTokens: 4, reasoningTokens: 1 }
    return { text: 'the answer', finishReason: 'content-filter', usage, model: 'tiny-1' }
  },
}

async function run(texts: readonly string[], reference: PluginReference = otel, options = {}) {
  const project = maestro({ plugins: [reference, asking], servings: { default: model } })
  const asked = pipeline('reviews')
    .from(texts.map((text) => ({ text })))
    .step('test.ask' as never, options as never)
  const rows = await Array.fromAsync(project.rows(asked)).catch((error: unknown) => error)
  await project.dispose()
  return rows
}

const spans = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name)
const ofRequests = () => spans('chat tiny-1')

describe('spans', () => {
  test('a run holds its steps, and a step its model calls, by the conventions for generative AI', async () => {
    await run(['a', 'b'])
    const [root] = spans('invoke_workflow reviews')
    const [step] = spans('step 1-test.ask')
    const requests = ofRequests()
    expect(requests).toHaveLength(2)
    expect(root?.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'reviews',
      'maestro.run.status': 'done',
      'maestro.rows.in': 2,
      'maestro.rows.out': 2,
      'maestro.usage.requests': 2,
      'maestro.usage.input_tokens': 10,
      'maestro.usage.cost_usd': 10,
    })
    expect(step?.attributes).toMatchObject({
      'maestro.operator': 'test.ask',
      'maestro.stage': 0,
      'maestro.rows.in': 2,
      'maestro.rows.rejected': 0,
    })
    expect(step?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId)
    for (const request of requests) {
      expect(request.parentSpanContext?.spanId).toBe(step?.spanContext().spanId)
      expect(request.kind).toBe(SpanKind.CLIENT)
      expect(request.status.code).toBe(SpanStatusCode.UNSET)
      expect(request.attributes).toEqual({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'test',
        'gen_ai.request.model': 'tiny-1',
        'gen_ai.response.finish_reasons': ['content_filter'],
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 2,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'gen_ai.usage.reasoning.output_tokens': 1,
        'maestro.serving': 'test tiny',
        'maestro.run.id': root?.attributes['maestro.run.id'],
        'maestro.step': '1-test.ask',
        'maestro.request.from': 'provider',
        'maestro.request.tries': 1,
        'maestro.request.waited_ms': expect.any(Number),
        'maestro.request.cost_usd': 5,
      })
    }
  })

  test('an answer that another row has paid for says so', async () => {
    await run(['same', 'same'])
    const from = ofRequests().map(({ attributes, kind }) => [attributes['maestro.request.from'], kind])
    expect(from).toContainEqual(['provider', SpanKind.CLIENT])
    expect(from).toContainEqual([expect.stringMatching(/cache|joined/), SpanKind.INTERNAL])
  })

  test('failures carry their code, and values of rows appear nowhere', async () => {
    await run(['a secret', 'b'])
    const failed = ofRequests().find(({ attributes }) => attributes['error.type'] !== undefined)
    expect(failed?.attributes['error.type']).toBe('MAESTRO_SERVING_REFUSED')
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'MAESTRO_SERVING_REFUSED' })
    const [step] = spans('step 1-test.ask')
    expect(step?.events).toMatchObject([
      { name: 'maestro.row.rejected', attributes: { 'error.type': 'MAESTRO_SERVING_REFUSED' } },
    ])
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => [name, attributes, events, status])
    expect(JSON.stringify(told)).not.toMatch(/secret|the answer|Ann/)
  })

  test('a run that fails ends its spans with its code', async () => {
    await run(['secret'])
    const [root] = spans('invoke_workflow reviews')
    expect(root?.attributes).toMatchObject({
      'maestro.run.status': 'failed',
      'error.type': expect.stringMatching(/^MAESTRO_/),
    })
    expect(root?.status.code).toBe(SpanStatusCode.ERROR)
    expect(spans('step 1-test.ask')).toHaveLength(1)
  })
})

describe('`content: true`', () => {
  const withContent: PluginReference = { plugin: otel, options: { content: true } }

  test('adds prompts, ids of rows and the words of errors', async () => {
    await run(['a secret', 'b'], withContent)
    const asked = ofRequests().map(({ attributes }) => JSON.parse(String(attributes['gen_ai.input.messages'])))
    expect(asked).toContainEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'b' },
          { type: 'blob', modality: 'image', mime_type: 'image/png' },
        ],
      },
    ])
    const failed = ofRequests().find(({ attributes }) => attributes['error.type'] !== undefined)
    expect(failed?.status.message).toContain('Ann')
    expect(failed?.attributes['maestro.row.id']).toEqual(expect.any(String))
    const [event] = spans('step 1-test.ask')[0]?.events ?? []
    expect(event?.attributes).toMatchObject({ 'error.message': expect.stringContaining('Ann') })
  })

  test('of several concurrent calls for one row, no prompt is recorded, because it might be the wrong one', async () => {
    await run(['a'], withContent, { times: 2 })
    expect(ofRequests()).toHaveLength(2)
    for (const { attributes } of ofRequests()) expect(attributes).not.toHaveProperty('gen_ai.input.messages')
  })
})

/** The API's own interface, remembering what it was told; an SDK would sum it up. */
function recordMetrics() {
  const recorded: { readonly name: string; readonly value: number; readonly attributes: Attributes }[] = []
  const bounds = new Map<string, readonly number[] | undefined>()
  const meter = {
    ...metrics.getMeter('none'),
    createHistogram: (name: string, options: { advice?: { explicitBucketBoundaries?: number[] } }) => {
      bounds.set(name, options.advice?.explicitBucketBoundaries)
      return { record: (value: number, attributes: Attributes = {}) => void recorded.push({ name, value, attributes }) }
    },
  }
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as never)
  return { recorded, bounds }
}

test('metrics count tokens and durations of requests, and not of cached answers', async () => {
  const { recorded, bounds } = recordMetrics()
  await run(['same', 'same', 'secret'])
  const named = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'test', 'gen_ai.request.model': 'tiny-1' }
  const tokens = recorded.filter(({ name }) => name === 'gen_ai.client.token.usage')
  expect(tokens).toEqual([
    { name: 'gen_ai.client.token.usage', value: 5, attributes: { ...named, 'gen_ai.token.type': 'input' } },
    { name: 'gen_ai.client.token.usage', value: 2, attributes: { ...named, 'gen_ai.token.type': 'output' } },
  ])
  const durations = recorded.filter(({ name }) => name === 'gen_ai.client.operation.duration')
  expect(durations.map(({ attributes }) => attributes['error.type']).sort()).toEqual([
    'MAESTRO_SERVING_REFUSED',
    undefined,
  ])
  expect(bounds.get('gen_ai.client.token.usage')?.at(-1)).toBe(67108864)
  expect(bounds.get('gen_ai.client.operation.duration')?.at(-1)).toBeCloseTo(81.92, 5)
})

test('without an SDK, nothing is recorded and nothing fails', async () => {
  trace.disable()
  expect(await run(['a'])).toHaveLength(1)
  expect(exporter.getFinishedSpans()).toEqual([])
})
