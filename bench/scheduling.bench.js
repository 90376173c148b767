// 2,048 calls to a server that takes 200 ms, 64 at once, beside the bare openai SDK in a loop and LangChain.js.
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { warmUpRows } from './model-server/rows.js'
import { withServer } from './model-server/with-server.js'

const calls = sized(2048, 128)
const concurrency = 64
const latencyMs = 200
const rounds = sized(3, 1)

export function bench() {
  return withServer({ latencyMs }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const run = async (script, ...more) => {
      const path = join(import.meta.dirname, script)
      return (await runScript(path, [server.baseUrl, calls, concurrency, ...more])).seconds
    }
    const seconds = { ours: [], sdk: [], langchain: [] }
    for (let turn = 0; turn < rounds; turn++) {
      seconds.ours.push(await run('model-server/ours.js', output, 'openai', warmUpRows.length))
      const { lost, wrong } = checkAnswers(output, calls)
      if (lost + wrong > 0) throw new Error(`${lost} rows lost, ${wrong} with another's answer`)
      seconds.sdk.push(await run('model-server/sdk-loop.js'))
      seconds.langchain.push(await run('scheduling/langchain.js'))
    }
    const limit = ((calls / concurrency) * latencyMs) / 1000
    const ours = median(seconds.ours)
    return {
      limit_s: round(limit),
      ours_s: round(ours),
      sdk_loop_s: round(median(seconds.sdk)),
      langchain_s: round(median(seconds.langchain)),
      ratio_to_limit: round(ours / limit, 3),
    }
  })
}
