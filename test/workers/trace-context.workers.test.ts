// The trace of a run in the processes of its workers, as OpenTelemetry's SDK records it.
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startRedis } from '../servers/redis.ts'
import { startCountingModel } from './counting-model.ts'
import { urlOf } from './url-of.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

/** Each process appends its spans to a file of its own. */
const tracing = `import { appendFileSync } from 'node:fs'
import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext()
      const line = { name: span.name, traceId, spanId, parent: span.parentSpanContext?.spanId, attributes: span.attributes }
      appendFileSync(process.env.SPANS, JSON.stringify(line) + '\\n')
    }
    done({ code: 0 })
  },
  shutdown: async () => {},
}
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
`

interface RecordedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
  readonly attributes: Readonly<Record<string, unknown>>
}

test('partitions in a worker belong to the trace of the run, and a call has one span', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const { baseUrl } = await startCountingModel(1)
  const url = urlOf(redis)
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'tracing.js': tracing,
    'maestro.config.json': {
      plugins: [
        ...['bullmq', 'fs', 'ai', 'openai'].map((name) => `@maestro-dataflow/plugin-${name}`),
        ['@maestro-dataflow/plugin-otel', { content: true }],
      ],
      servings: { default: { use: 'openai.chat', baseUrl, apiKey: 'a key', model: 'counting' } },
      pipelines: 'pipelines/*',
      executor: { use: 'bullmq.queue', url, rows: 4 },
      cache: false,
    },
    'pipelines/ask.json': {
      name: 'ask',
      read: { use: 'fs.file', path: 'in.jsonl', key: 'n' },
      steps: [{ id: 'say', use: 'ai.generate', prompt: 'What of row {{n}}?', output: 'said' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
    'in.jsonl': Array.from({ length: 8 }, (_, n) => `${JSON.stringify({ n })}\n`).join(''),
  })
  cleanUp.push(() => project.remove())
  const start = (spans: string, ...parameters: readonly string[]) =>
    project.start(parameters, {
      env: { NODE_OPTIONS: '--import ./tracing.js', SPANS: join(project.folder, spans) },
    })
  const worker = start('worker.jsonl', 'worker')
  await worker.wrote('Waits for runs')
  const run = await start('run.jsonl', 'run', 'ask').finished
  expect(run.code, run.stderr).toBe(0)
  worker.process.kill('SIGTERM')
  expect((await worker.finished).code).toBe(0)

  const [ofRun, ofWorker] = ['run.jsonl', 'worker.jsonl'].map((name) => project.rows(name) as unknown as RecordedSpan[])
  const root = ofRun?.find(({ name }) => name === 'invoke_workflow ask')
  const partitions = ofWorker ?? []
  expect(partitions.length).toBeGreaterThan(1)
  for (const { name, traceId, parent, attributes } of partitions) {
    expect(name).toMatch(/^partition \d+$/)
    expect({ traceId, parent }).toEqual({ traceId: root?.traceId, parent: root?.spanId })
    expect(attributes).toMatchObject({ 'maestro.steps': ['say'], 'maestro.attempt': 1 })
  }
  expect(partitions.reduce((sum, { attributes }) => sum + Number(attributes['maestro.rows.in']), 0)).toBe(8)
  expect(ofRun?.filter(({ name }) => name === 'chat counting')).toHaveLength(8)
})
