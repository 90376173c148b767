// What the ledger of a run costs: the `rows` benchmark with and without it, its bytes per row and per call, and the time
// of `why` among 1,000,000 rows for each of which a model was asked.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRun } from '@maestro-dataflow/core/runtime'
import { asked } from './ledger/task.js'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const file = (name) => join(folder, name)
  const script = (name) => join(import.meta.dirname, name)
  try {
    const rows = sized(1_000_000, 5000)
    await makeRows(file('rows.jsonl'), rows, 400)
    const run = (ledger) => () =>
      runScript(script('rows/ours.js'), [file('rows.jsonl'), file('out.jsonl'), ledger, file(ledger)])
    const results = await alternate(sized(5, 1), run('ledger'), run('none'))
    const secondsOf = (runs) => median(runs.map(({ seconds }) => seconds))
    const plain = await ledgerSize(file('ledger'))
    assert.equal(await ledgerSize(file('none')), 0)

    const { stdout } = await runScript(script('ledger/ask.js'), [file('asked'), String(asked)])
    assert.equal(Number(/calls=(\d+)/.exec(stdout)?.[1]), asked)
    const { stdout: times } = await runScript(script('ledger/why.js'), [file('asked'), String(asked)])
    return {
      rows_ratio: round(secondsOf(results.ours) / secondsOf(results.theirs), 3),
      rows_with_s: round(secondsOf(results.ours)),
      rows_without_s: round(secondsOf(results.theirs)),
      bytes_per_row: round(plain / rows, 3),
      bytes_per_asked_row: round((await ledgerSize(file('asked'))) / asked),
      why_ms: round(Number(/median_ms=([\d.]+)/.exec(times)?.[1]), 1),
      why_worst_ms: round(Number(/worst_ms=([\d.]+)/.exec(times)?.[1]), 1),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The bytes of the ledger of the newest run in a state directory. */
async function ledgerSize(state) {
  const { directory } = await findRun(state)
  return statSync(join(directory, 'ledger.bin'), { throwIfNoEntry: false })?.size ?? 0
}
