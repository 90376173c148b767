// Runs that ask a model for each row, in processes that are killed at random moments and started again: rows that are lost,
// doubled, or misplaced, and answers that were sent in full and asked for again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { round, sized } from './measure.js'
import { question, rowsOf } from './model-server/rows.js'
import { withServer } from './model-server/with-server.js'

const rows = sized(2000, 150)
const concurrency = sized(16, 8)
const latencyMs = 50

/** Runs to the end, and kills the process a number of times before. */
const killing = (kills, cache, whole) =>
  withServer({ latencyMs }, async (server, folder) => {
    mkdirSync(folder, { recursive: true })
    const lines = rowsOf(rows).map(({ row }) => JSON.stringify({ row, question: question(row) }))
    writeFileSync(join(folder, 'rows.jsonl'), `${lines.join('\n')}\n`)
    let killed = 0
    const started = performance.now()
    for (;;) {
      const script = join(import.meta.dirname, 'kill/run.js')
      const child = spawn(process.execPath, [script, server.baseUrl, folder, String(concurrency), cache], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      // Later processes have less to do.
      const most = whole === undefined ? 0 : (whole * 0.9) / Math.max(1, kills / 2)
      const timer = killed < kills ? setTimeout(() => child.kill('SIGKILL'), Math.random() * most) : undefined
      child.stdout.resume()
      const [code, signal] = await once(child, 'close')
      clearTimeout(timer)
      if (signal === 'SIGKILL') killed++
      else {
        assert.equal(code, 0, 'the run failed')
        break
      }
    }
    const found = readFileSync(join(folder, 'answers.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const distinct = new Set(found.map(({ row }) => row)).size
    return {
      killed,
      ms: performance.now() - started,
      lost: rows - distinct,
      duplicated: found.length - distinct,
      misplaced: found.filter(({ row, answer }, index) => row !== index || answer !== `answer ${row}`).length,
      repaid: (await server.counts()).repaid,
    }
  })

export async function bench() {
  const { ms } = await killing(0, 'none')
  const figures = { lost: 0, duplicated: 0, misplaced: 0, kills: 0 }
  const repaidOf = async (runs, kills, cache) => {
    let repaid = 0
    for (let run = 0; run < runs; run++) {
      const outcome = await killing(kills, cache, ms)
      for (const key of ['lost', 'duplicated', 'misplaced']) figures[key] += outcome[key]
      figures.kills += outcome.killed
      repaid += outcome.repaid
    }
    return round(repaid / (runs * rows), 4)
  }
  const single = sized(20, 2)
  const repaid_ratio = await repaidOf(single, 1, 'cache')
  const repaid_ratio_without_cache = await repaidOf(single, 1, 'none')
  const repaid_ratio_many_kills = await repaidOf(1, sized(20, 3), 'none')
  assert.ok(figures.kills > 0, 'no process was killed')
  assert.deepEqual([figures.lost, figures.duplicated, figures.misplaced], [0, 0, 0])
  // At most the calls in progress at a kill.
  assert.ok(repaid_ratio_without_cache <= concurrency / rows)
  return { ...figures, repaid_ratio, repaid_ratio_without_cache, repaid_ratio_many_kills }
}
