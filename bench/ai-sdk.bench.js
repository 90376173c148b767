// `ai-sdk.chat` beside the AI SDK in a loop, and beside the provider's package alone: the schedule of `scheduling`, and the CPU
// time of `overhead`. All of them warm up with the same questions.
import { median, round, sized } from './measure.js'
import { measureCalls } from './model-server/measure-calls.js'

const rounds = sized(3, 1)

export async function bench() {
  const schedule = { calls: sized(2048, 128), concurrency: 64, latencyMs: 200 }
  const waiting = await compare(schedule)
  const limit = ((schedule.calls / schedule.concurrency) * schedule.latencyMs) / 1000
  const busy = await compare({ calls: sized(20_000, 500), concurrency: 256, latencyMs: 2 })
  return {
    limit_s: round(limit),
    ours_s: round(waiting.ours.seconds),
    sdk_loop_s: round(waiting.sdk.seconds),
    provider_loop_s: round(waiting.provider.seconds),
    ratio_to_limit: round(waiting.ours.seconds / limit, 3),
    sdk_ratio_to_limit: round(waiting.sdk.seconds / limit, 3),
    provider_ratio_to_limit: round(waiting.provider.seconds / limit, 3),
    whole_run_s: round(waiting.ours.wholeSeconds),
    us_per_call: round(busy.ours.microseconds, 1),
    sdk_us_per_call: round(busy.sdk.microseconds, 1),
    provider_us_per_call: round(busy.provider.microseconds, 1),
    ratio_to_sdk: round(busy.ours.microseconds / busy.sdk.microseconds),
    ratio_to_provider: round(busy.ours.microseconds / busy.provider.microseconds),
  }
}

async function compare(schedule) {
  const runs = { ours: [], sdk: [], provider: [] }
  for (let turn = 0; turn < rounds; turn++) {
    runs.ours.push(await measureCalls('model-server/ours.js', schedule, 'ai-sdk'))
    runs.sdk.push(await measureCalls('ai-sdk/loop.js', schedule))
    runs.provider.push(await measureCalls('ai-sdk/provider-loop.js', schedule))
  }
  const middle = (kind) => ({
    seconds: median(runs[kind].map(({ seconds }) => seconds)),
    wholeSeconds: median(runs[kind].map(({ wholeSeconds }) => wholeSeconds)),
    microseconds: median(runs[kind].map(({ microseconds }) => microseconds)),
  })
  return { ours: middle('ours'), sdk: middle('sdk'), provider: middle('provider') }
}
