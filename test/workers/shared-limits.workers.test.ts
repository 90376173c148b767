// Workers that ask a model: its limits hold for all of them together, and each answer is paid for once.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startRedis } from '../servers/redis.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

/** A model that notes how many calls it answers at once. */
async function startModel() {
  const seen = { calls: 0, atOnce: 0, most: 0 }
  const server = createServer(async (_, response) => {
    seen.calls++
    seen.atOnce++
    seen.most = Math.max(seen.most, seen.atOnce)
    await sleep(50)
    seen.atOnce--
    response.end('yes')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => server.close())
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const plugin = (url: string) => `import { definePlugin, defineServing } from '@maestro-dataflow/core'
import { z } from 'zod'
const capabilities = { jsonSchema: true, images: false, audio: false }
const chat = defineServing({
  name: 'far.chat', kind: 'llm', options: z.object({}), capabilities: () => capabilities,
  create: () => ({
    kind: 'llm', name: 'far', provider: 'far', model: 'm', account: 'one', identity: { model: 'm' }, capabilities,
    async generate() {
      const text = await (await fetch('${url}')).text()
      return { text, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
    },
  }),
})
export default definePlugin({
  name: 'far', manifest: { apiVersion: 1, contributes: { servings: { 'far.chat': 'Says yes' } } }, servings: [chat],
})
`

test('the limits of a model hold for all workers together, and another run pays nothing', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  const model = await startModel()
  const url = `redis://127.0.0.1:${redis.address.port}`
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: [
        '@maestro-dataflow/plugin-bullmq',
        '@maestro-dataflow/plugin-fs',
        '@maestro-dataflow/plugin-ai',
        './far.js',
      ],
      servings: { default: { use: 'far.chat', limits: { concurrency: 3 } } },
      pipelines: '*.pipeline.json',
      executor: { use: 'bullmq.queue', url, rows: 10 },
      limits: { use: 'bullmq.limits', url },
      cache: { use: 'bullmq.cache', url },
    },
    'far.js': plugin(model.url),
    'ask.pipeline.json': {
      name: 'ask',
      read: { use: 'fs.file', path: 'in.jsonl', key: 'id' },
      steps: [{ id: 'say', use: 'ai.generate', prompt: 'Is it {{n}}?', output: 'said' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
    'in.jsonl': Array.from({ length: 120 }, (_, n) => `${JSON.stringify({ id: `r${n}`, n })}\n`).join(''),
  })
  cleanUp.push(() => project.remove())
  const workers = [project.start(['worker']), project.start(['worker', '--concurrency', '2'])]
  cleanUp.push(async () => {
    for (const { process } of workers) process.kill('SIGTERM')
    await Promise.all(workers.map(({ finished }) => finished))
  })
  await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
  const first = await project.maestro('run', 'ask.pipeline', '--json')
  expect(first.code, first.stderr).toBe(0)
  expect(project.rows('out.jsonl').map(({ id, said }) => `${id} ${said}`)).toEqual(
    Array.from({ length: 120 }, (_, n) => `r${n} yes`),
  )
  expect(model.seen.calls).toBe(120)
  expect(model.seen.most).toBeLessThanOrEqual(3)
  const again = await project.maestro('run', 'ask.pipeline', '--json')
  expect(again.code, again.stderr).toBe(0)
  expect(model.seen.calls).toBe(120)
})
