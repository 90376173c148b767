// 400 calls to a server that refuses some of them, with nothing set: how much time it costs beside a client that knows
// all, and beside the bare openai SDK 64 wide, which loses rows. `--short` runs ours once, for fewer rows.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { isShort, median, round, runScript } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { withServer } from './model-server/with-server.js'

const wide = 64
const latencyMs = 200

/** Each kind of trouble and the seconds that a client needs that knows all. */
const kindsOf = (rows) => {
  /** Without trouble, 64 wide. */
  const free = (Math.ceil(rows / wide) * latencyMs) / 1000
  const limited = (rows - 50) / 50 + latencyMs / 1000
  return {
    none: { trouble: {}, ideal: free },
    first_5_refused: { trouble: { first: 5, retryAfter: 1 }, ideal: free },
    first_20_refused: { trouble: { first: 20, retryAfter: 1 }, ideal: free },
    fifth_refused_503: { trouble: { share: 0.2, status: 503 }, ideal: free / 0.8 },
    third_refused_429: { trouble: { share: 0.3 }, ideal: free / 0.7 },
    retry_after_0: { trouble: { limited: true, retryAfter: 0 }, ideal: limited },
    limit_50_a_second: { trouble: { limited: true }, ideal: limited },
    out_5_s: { trouble: { outMs: 5000, status: 503 }, ideal: 5 + free },
  }
}

const once = (rows, trouble, script, concurrency) =>
  withServer({ latencyMs, trouble }, async (server, folder) => {
    const output = join(folder, 'answers.jsonl')
    const path = join(import.meta.dirname, script)
    const { seconds } = await runScript(path, [server.baseUrl, rows, concurrency, output])
    return { seconds, lost: script.startsWith('recover') ? 0 : checkAnswers(output, rows).lost }
  })

export async function bench() {
  const { rows, rounds } = isShort ? { rows: 100, rounds: 1 } : { rows: 400, rounds: 3 }
  const figures = {}
  for (const [name, { trouble, ideal }] of Object.entries(kindsOf(rows))) {
    const ours = []
    const sdk = []
    for (let turn = 0; turn < rounds; turn++) {
      ours.push(await once(rows, trouble, 'model-server/ours.js', 0))
      if (!isShort) sdk.push(await once(rows, trouble, 'recover/sdk-loop.js', wide))
    }
    figures[`${name}_ratio`] = round(median(ours.map(({ seconds }) => seconds)) / ideal)
    if (!isShort) figures[`${name}_sdk_ratio`] = round(median(sdk.map(({ seconds }) => seconds)) / ideal)
    figures[`${name}_lost`] = Math.max(...ours.map(({ lost }) => lost))
    assert.equal(figures[`${name}_lost`], 0, `rows are missing after ${name}`)
  }
  return figures
}
