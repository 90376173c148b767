// Runs a script that asks a server, which is started anew for it.
import { join } from 'node:path'
import { runScript } from '../measure.js'
import { checkAnswers } from './check-answers.js'
import { microsecondsPerCall } from './report-cost.js'
import { warmUpRows } from './rows.js'
import { withServer } from './with-server.js'

/**
 * @param plugin The plugin that a pipeline of ours uses; undefined for the script of a peer.
 * @returns the seconds from the first question after the warm-up to the last answer, as the server saw them; the seconds of
 * everything after the warm-up, which for a pipeline contain its plan, its commit, and its report; and the CPU time of a call
 */
export function measureCalls(script, { calls, concurrency, latencyMs }, plugin) {
  return withServer({ latencyMs }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const ours = plugin === undefined ? [] : [output, plugin, warmUpRows.length]
    const path = join(import.meta.dirname, '..', script)
    const measured = await runScript(path, [server.baseUrl, calls, concurrency, ...ours])
    if (plugin !== undefined) {
      const { lost, wrong } = checkAnswers(output, calls)
      if (lost + wrong > 0) throw new Error(`${lost} rows lost, ${wrong} with another's answer`)
    }
    const { seconds } = await server.counts()
    return { seconds, wholeSeconds: measured.seconds, microseconds: microsecondsPerCall(measured) }
  })
}
