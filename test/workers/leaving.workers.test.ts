// Workers that are told to end while their calls to a model are under way: nothing is paid for twice.
import { afterEach, expect, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startRedis } from '../servers/redis.ts'
import { startCountingModel } from './counting-model.ts'
import { urlOf } from './url-of.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

const rows = 60

test('a worker that is told to end finishes its calls, and each row is paid for once', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const model = await startCountingModel(300)
  const url = urlOf(redis)
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: ['bullmq', 'fs', 'ai', 'openai'].map((name) => `@maestro-dataflow/plugin-${name}`),
      servings: {
        default: {
          use: 'openai.chat',
          baseUrl: model.baseUrl,
          apiKey: 'a key',
          model: 'counting',
          limits: { concurrency: 6 },
        },
      },
      pipelines: 'pipelines/*',
      executor: { use: 'bullmq.queue', url, rows: 6 },
      limits: { use: 'bullmq.limits', url },
      cache: false,
    },
    'pipelines/ask.json': {
      name: 'ask',
      read: { use: 'fs.file', path: 'in.jsonl', key: 'n' },
      steps: [{ id: 'say', use: 'ai.generate', prompt: 'What of row {{n}}?', output: 'said' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
    'in.jsonl': Array.from({ length: rows }, (_, n) => `${JSON.stringify({ n })}\n`).join(''),
  })
  cleanUp.push(() => project.remove())
  const [leaving, staying] = [project.start(['worker']), project.start(['worker'])]
  cleanUp.push(async () => {
    for (const { process, finished } of [leaving, staying]) {
      process.kill('SIGTERM')
      await finished
    }
  })
  await Promise.all([leaving, staying].map((worker) => worker.wrote('Waits for runs')))
  const run = project.start(['run', 'ask', '--json'])
  while (model.calls() < 8) await new Promise((resolve) => setTimeout(resolve, 10))
  leaving.process.kill('SIGTERM')
  expect((await leaving.finished).code).toBe(0)
  const { code, stdout, stderr } = await run.finished
  expect(code, stderr).toBe(0)
  expect(project.rows('out.jsonl').map(({ n, said }) => `${n} ${said}`)).toEqual(
    Array.from({ length: rows }, (_, n) => `${n} answer ${n}`),
  )
  expect(model.calls()).toBe(rows)
  expect(JSON.parse(stdout).usage).toMatchObject({ requests: rows })
})
