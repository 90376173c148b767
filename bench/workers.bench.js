// Calls that take 200 ms, through one, two, and four worker processes with 16 calls at once each. The server refuses what is
// above a limit that the client does not know; four workers could ask more than that.
import assert from 'node:assert/strict'
import { round, sized } from './measure.js'
import { question, rowsOf } from './model-server/rows.js'
import { withServer } from './model-server/with-server.js'
import { withBackend } from './workers/backends.js'
import { QueueProject, reportOf } from './workers/queue-project.js'

const calls = sized(2048, 96)
const latencyMs = 200
const atOnce = 16
const perSecond = 250
/** How many calls the server takes at once before it counts. */
const burst = 50
/** The calls per second of a client that is always at the limit. */
const limit = (calls * perSecond) / (calls - burst)

/** The calls per second of some workers, between the first question and the last answer, and the calls that were refused. */
const asking = (url, workers) =>
  withServer({ latencyMs, perSecond, burst, trouble: { limited: true } }, async (server) => {
    const lines = rowsOf(calls).map(({ row }) => JSON.stringify({ row, question: question(row) }))
    const project = new QueueProject(url, {
      plugins: ['ai', 'openai'],
      // Two partitions at a time, so that a worker has calls open while it fetches the next one.
      executor: { rows: atOnce / 2, workers, namespace: `workers${workers}` },
      config: {
        servings: { default: { use: 'openai.chat', baseUrl: server.baseUrl, apiKey: 'a key', model: 'bench' } },
        limits: { use: 'bullmq.limits', url, namespace: `workers${workers}` },
        cache: false,
      },
      files: {
        'pipelines/ask.json': {
          name: 'ask',
          read: { use: 'fs.file', path: 'rows.jsonl', columns: { row: 'integer', question: 'string' } },
          steps: [{ id: 'answer', use: 'ai.generate', prompt: '{{question}}', output: 'answer' }],
          write: { use: 'fs.file', path: 'answers.jsonl' },
        },
        'rows.jsonl': `${lines.join('\n')}\n`,
      },
    })
    try {
      await project.start(workers, '--concurrency', '2')
      await reportOf(project.run('ask'))
      const answers = project.rows('answers.jsonl')
      assert.deepEqual(
        answers.map(({ row, answer }) => [row, answer]),
        rowsOf(calls).map(({ row }) => [row, `answer ${row}`]),
      )
      const { requests, refused, repaid, seconds } = await server.counts()
      assert.equal(requests - refused, calls)
      assert.equal(repaid, 0)
      return { perSecond: calls / seconds, refusedRatio: refused / requests }
    } finally {
      await project.close()
    }
  })

export async function bench() {
  const figures = await withBackend('redis', async (url) => {
    const [one, two, four] = [await asking(url, 1), await asking(url, 2), await asking(url, 4)]
    return {
      one_worker_calls_per_s: round(one.perSecond),
      two_workers_calls_per_s: round(two.perSecond),
      four_workers_calls_per_s: round(four.perSecond),
      two_of_linear: round(two.perSecond / (2 * one.perSecond)),
      four_of_limit: round(four.perSecond / limit),
      refused_ratio: round(Math.max(...[one, two, four].map(({ refusedRatio }) => refusedRatio)), 4),
    }
  })
  return figures ?? {}
}
