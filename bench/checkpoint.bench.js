// What it costs that a run can be resumed: 1,000,000 rows of functions and 2,048 calls to a server, each with everything on
// the disk that a resumption needs, and with nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'
import { checkAnswers } from './model-server/check-answers.js'
import { withServer } from './model-server/with-server.js'

const secondsOf = (runs) => median(runs.map(({ seconds }) => seconds))
const script = (name) => join(import.meta.dirname, 'checkpoint', name)

async function overRows() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const input = join(folder, 'rows.jsonl')
    await makeRows(input, sized(1_000_000, 5000), 400)
    const output = (kind) => join(folder, `${kind}.jsonl`)
    const run = (kind) => () => runScript(script('rows.js'), [input, output(kind), kind])
    const { ours, theirs } = await alternate(sized(5, 1), run('kept'), run('bare'))
    assert.ok(statSync(output('kept')).size > 0)
    assert.equal(readFileSync(output('kept')).compare(readFileSync(output('bare'))), 0, 'the outputs differ')
    return { kept: secondsOf(ours), bare: secondsOf(theirs) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const overCalls = () =>
  withServer({ latencyMs: 200 }, async (server, folder) => {
    const calls = sized(2048, 128)
    const output = join(folder, 'answers.jsonl')
    const run = (kind) => async () => {
      const outcome = await runScript(script('calls.js'), [server.baseUrl, String(calls), '64', output, kind])
      const { lost, wrong } = checkAnswers(output, calls)
      assert.deepEqual([lost, wrong], [0, 0])
      return outcome
    }
    const { ours, theirs } = await alternate(sized(5, 1), run('kept'), run('bare'))
    return { kept: secondsOf(ours), bare: secondsOf(theirs) }
  })

export async function bench() {
  const rows = await overRows()
  const calls = await overCalls()
  return {
    rows_ratio: round(rows.kept / rows.bare, 3),
    rows_kept_s: round(rows.kept),
    rows_bare_s: round(rows.bare),
    calls_ratio: round(calls.kept / calls.bare, 3),
    calls_kept_s: round(calls.kept),
    calls_bare_s: round(calls.bare),
  }
}
