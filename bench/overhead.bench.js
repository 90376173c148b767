// CPU time of a call at 2 ms and 256 at once, beside the bare openai SDK and bare undici. `--calls=5000` runs fewer.
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { microsecondsPerCall } from './model-server/report-cost.js'
import { warmUpRows } from './model-server/rows.js'
import { withServer } from './model-server/with-server.js'

const concurrency = 256
const latencyMs = 2
const rounds = sized(3, 1)

export function bench(flags) {
  const calls = Number(
    flags.find((flag) => flag.startsWith('--calls='))?.slice('--calls='.length) ?? sized(50_000, 1000),
  )
  return withServer({ latencyMs }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const run = async (script, ...more) => {
      const path = join(import.meta.dirname, script)
      return microsecondsPerCall(await runScript(path, [server.baseUrl, calls, concurrency, ...more]))
    }
    const cost = { ours: [], sdk: [], undici: [] }
    for (let turn = 0; turn < rounds; turn++) {
      cost.ours.push(await run('model-server/ours.js', output, 'openai', warmUpRows.length))
      const { lost, wrong } = checkAnswers(output, calls)
      if (lost + wrong > 0) throw new Error(`${lost} rows lost, ${wrong} with another's answer`)
      cost.sdk.push(await run('model-server/sdk-loop.js'))
      cost.undici.push(await run('overhead/undici-loop.js'))
    }
    const [ours, sdk, undici] = [cost.ours, cost.sdk, cost.undici].map(median)
    return {
      us_per_call: round(ours, 1),
      sdk_us_per_call: round(sdk, 1),
      undici_us_per_call: round(undici, 1),
      ratio_to_sdk: round(ours / sdk),
    }
  })
}
