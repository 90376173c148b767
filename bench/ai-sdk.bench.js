// `ai-sdk.chat` beside the same provider package in a loop: the schedule of `scheduling`, and the CPU time of `overhead`.
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { microsecondsPerCall } from './model-server/report-cost.js'
import { warmUpRows } from './model-server/rows.js'
import { withServer } from './model-server/with-server.js'

const rounds = sized(3, 1)

export async function bench() {
  const schedule = { calls: sized(2048, 128), concurrency: 64, latencyMs: 200 }
  const waiting = await compare(schedule, ({ seconds }) => seconds)
  const limit = ((schedule.calls / schedule.concurrency) * schedule.latencyMs) / 1000
  const busy = await compare({ calls: sized(20_000, 500), concurrency: 256, latencyMs: 2 }, microsecondsPerCall)
  return {
    limit_s: round(limit),
    ours_s: round(waiting.ours),
    loop_s: round(waiting.loop),
    ratio_to_limit: round(waiting.ours / limit, 3),
    us_per_call: round(busy.ours, 1),
    loop_us_per_call: round(busy.loop, 1),
    ratio_to_loop: round(busy.ours / busy.loop),
  }
}

function compare({ calls, concurrency, latencyMs }, figureOf) {
  return withServer({ latencyMs }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const run = async (script, ...more) =>
      figureOf(await runScript(join(import.meta.dirname, script), [server.baseUrl, calls, concurrency, ...more]))
    const figures = { ours: [], loop: [] }
    for (let turn = 0; turn < rounds; turn++) {
      figures.ours.push(await run('model-server/ours.js', output, 'ai-sdk', warmUpRows.length))
      const { lost, wrong } = checkAnswers(output, calls)
      if (lost + wrong > 0) throw new Error(`${lost} rows lost, ${wrong} with another's answer`)
      figures.loop.push(await run('ai-sdk/loop.js'))
    }
    return { ours: median(figures.ours), loop: median(figures.loop) }
  })
}
