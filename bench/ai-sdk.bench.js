// `ai-sdk.chat` beside the AI SDK in a loop, and beside the provider's package alone: the schedule of `scheduling`, and the CPU
// time of `overhead`.
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
    sdk_loop_s: round(waiting.sdk),
    provider_loop_s: round(waiting.provider),
    ratio_to_limit: round(waiting.ours / limit, 3),
    us_per_call: round(busy.ours, 1),
    sdk_us_per_call: round(busy.sdk, 1),
    provider_us_per_call: round(busy.provider, 1),
    ratio_to_sdk: round(busy.ours / busy.sdk),
    ratio_to_provider: round(busy.ours / busy.provider),
  }
}

function compare({ calls, concurrency, latencyMs }, figureOf) {
  return withServer({ latencyMs }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const run = async (script, ...more) =>
      figureOf(await runScript(join(import.meta.dirname, script), [server.baseUrl, calls, concurrency, ...more]))
    const figures = { ours: [], sdk: [], provider: [] }
    for (let turn = 0; turn < rounds; turn++) {
      figures.ours.push(await run('model-server/ours.js', output, 'ai-sdk', warmUpRows.length))
      const { lost, wrong } = checkAnswers(output, calls)
      if (lost + wrong > 0) throw new Error(`${lost} rows lost, ${wrong} with another's answer`)
      figures.sdk.push(await run('ai-sdk/loop.js'))
      figures.provider.push(await run('ai-sdk/provider-loop.js'))
    }
    return { ours: median(figures.ours), sdk: median(figures.sdk), provider: median(figures.provider) }
  })
}
