// 2,048 calls to a server that takes 200 ms, 64 at once, beside the bare openai SDK in a loop and LangChain.js. All of them warm
// up with the same questions, and are measured from their first question to their last answer.
import { median, round, sized } from './measure.js'
import { measureCalls } from './model-server/measure-calls.js'

const schedule = { calls: sized(2048, 128), concurrency: 64, latencyMs: 200 }
const rounds = sized(3, 1)

export async function bench() {
  const runs = { ours: [], sdk: [], langchain: [] }
  for (let turn = 0; turn < rounds; turn++) {
    runs.ours.push(await measureCalls('model-server/ours.js', schedule, 'openai'))
    runs.sdk.push(await measureCalls('model-server/sdk-loop.js', schedule))
    runs.langchain.push(await measureCalls('scheduling/langchain.js', schedule))
  }
  const limit = ((schedule.calls / schedule.concurrency) * schedule.latencyMs) / 1000
  const seconds = (kind) => median(runs[kind].map(({ seconds }) => seconds))
  return {
    limit_s: round(limit),
    ours_s: round(seconds('ours')),
    sdk_loop_s: round(seconds('sdk')),
    langchain_s: round(seconds('langchain')),
    ratio_to_limit: round(seconds('ours') / limit, 3),
    sdk_ratio_to_limit: round(seconds('sdk') / limit, 3),
    whole_run_s: round(median(runs.ours.map(({ wholeSeconds }) => wholeSeconds))),
  }
}
