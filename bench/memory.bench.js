// The peak memory of a run over more and more rows of about 100 bytes, through functions and a step over the whole table.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRows } from './make-rows.js'
import { round, runScript, sized } from './measure.js'

/** The command `maestro` starts its process with this flag. */
const asCommand = { ...process.env, NODE_OPTIONS: '--max-semi-space-size=16' }

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const figures = {}
  try {
    for (const rows of sized([100_000, 1_000_000, 10_000_000], [1000, 5000])) {
      const input = join(folder, 'rows.jsonl')
      await makeRows(input, rows, 100)
      const output = join(folder, 'out.jsonl')
      const script = join(import.meta.dirname, 'memory/run.js')
      const { peakMegabytes, stdout } = await runScript(script, [input, output], { env: asCommand })
      assert.match(stdout, new RegExp(`in=${rows} out=${rows}\\b`))
      figures[`peak_mb_${rows}`] = round(peakMegabytes, 0)
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
