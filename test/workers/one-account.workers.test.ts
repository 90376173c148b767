// Two worker processes and one account: what the provider asks of one of them, and the budget of the run, hold for both.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'

const kinds = [
  { name: 'Redis', start: () => startRedis() },
  { name: 'PostgreSQL', start: () => startPostgres() },
]
const concurrency = 6
const rows = 60

/** A model that answers some calls, then refuses all of them for a while, and says so. */
async function startRefusingModel(answersBefore: number, seconds: number) {
  const seen = { answered: 0, refused: 0 }
  let openAt: number | undefined
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    if (seen.answered >= answersBefore) openAt ??= performance.now() + seconds * 1000
    if (openAt !== undefined && performance.now() < openAt) {
      seen.refused++
      response.writeHead(429, { 'retry-after': String(seconds) }).end()
      return
    }
    seen.answered++
    await new Promise((resolve) => setTimeout(resolve, 50))
    const message = { role: 'assistant', content: 'yes' }
    const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message }], usage }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

/** A run with two workers, on a server that also keeps the limits. */
async function runWithTwo({ name, start }: (typeof kinds)[number], baseUrl: string, config: object) {
  const server = await start()
  if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
  onTestFinished(server.stop)
  const url = urlOf(server)
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: ['bullmq', 'fs', 'ai', 'openai'].map((plugin) => `@maestro-dataflow/plugin-${plugin}`),
      servings: {
        default: { use: 'openai.chat', baseUrl, apiKey: 'a key', model: 'm', limits: { concurrency } },
      },
      pipelines: 'pipelines/*',
      executor: { use: 'bullmq.queue', url, rows: 5, workers: 2 },
      limits: { use: 'bullmq.limits', url },
      cache: false,
      ...config,
    },
    'pipelines/ask.json': {
      name: 'ask',
      read: { use: 'fs.file', path: 'in.jsonl', key: 'n' },
      steps: [{ id: 'say', use: 'ai.generate', prompt: 'What of row {{n}}?', output: 'said' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
    'in.jsonl': Array.from({ length: rows }, (_, n) => `${JSON.stringify({ n })}\n`).join(''),
  })
  onTestFinished(() => project.remove())
  const workers = [project.start(['worker']), project.start(['worker'])]
  onTestFinished(async () => {
    for (const { process, finished } of workers) {
      process.kill('SIGTERM')
      await finished
    }
  })
  await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
  return { project, finished: await project.maestro('run', 'ask', '--json') }
}

test.each(kinds)('a wait that the provider asks of one worker holds for both, on $name', async (kind) => {
  const { seen, baseUrl } = await startRefusingModel(20, 2)
  const { project, finished } = await runWithTwo(kind, baseUrl, {})
  expect(finished.code, finished.stderr).toBe(0)
  expect(project.rows('out.jsonl').map(({ n, said }) => [n, said])).toEqual(
    Array.from({ length: rows }, (_, n) => [n, 'yes']),
  )
  expect(seen.answered).toBe(rows)
  // Those that were under way when the first one was refused.
  expect(seen.refused).toBeGreaterThan(0)
  expect(seen.refused).toBeLessThanOrEqual(concurrency)
})

test.each(kinds.slice(0, 1))('a budget holds for both together, on $name', async (kind) => {
  const { seen, baseUrl } = await startRefusingModel(Number.POSITIVE_INFINITY, 0)
  const { finished } = await runWithTwo(kind, baseUrl, { budgets: { run: { requests: 25 } } })
  expect(finished.code).toBe(1)
  expect(JSON.parse(finished.stdout)).toMatchObject({ error: { code: 'MAESTRO_BUDGET_REACHED' } })
  expect(seen.answered).toBeLessThanOrEqual(25)
})
