// 2,048 calls to a server that takes 200 ms, 64 at once; 1 % of the rows are slow, 5 % are refused once, 2 % fail once,
// and the server takes no more than 50 calls a second, which the client does not know.
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { fateOf } from './model-server/fate.js'
import { withServer } from './model-server/with-server.js'

const calls = sized(2048, 200)
const concurrency = 64
const latencyMs = 200
const perSecond = 50
const burst = 50
const rounds = sized(3, 1)

const fates = Array.from({ length: calls }, (_, row) => fateOf(row))
const faults = fates.filter((fate) => fate === 'fault').length
const refused = fates.filter((fate) => fate === 'refused').length

/**
 * What a client that knows everything would need: each row once, and once more each row that meets a fault, for those
 * calls take from the bucket too. It uses the burst at once, then 50 calls a second, asks the slow rows first, and has
 * the last answer 200 ms after the last call. A row that is refused takes nothing from the bucket, and its second of
 * waiting passes beside the others.
 */
const ideal = (calls + faults - burst) / perSecond + latencyMs / 1000

/** A fresh server for each run: its bucket is full, and no row has been asked. */
const once = () =>
  withServer({ latencyMs, hard: true, perSecond, burst }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const script = join(import.meta.dirname, 'model-server/ours.js')
    const { seconds } = await runScript(script, [server.baseUrl, calls, concurrency, output])
    const { requests } = await server.counts()
    const warmUp = 1
    return { seconds, ...checkAnswers(output, calls), wasted: requests - warmUp - calls - faults - refused }
  })

export async function bench() {
  const runs = []
  for (let turn = 0; turn < rounds; turn++) runs.push(await once())
  const ours = median(runs.map(({ seconds }) => seconds))
  const worst = (name) => Math.max(...runs.map((run) => run[name]))
  if (worst('lost') + worst('wrong') > 0) throw new Error('rows are lost, or have the answers of others')
  return {
    ideal_s: round(ideal),
    ours_s: round(ours),
    ratio: round(ours / ideal),
    lost: worst('lost'),
    wrong_row: worst('wrong'),
    wasted_calls: worst('wasted'),
  }
}
