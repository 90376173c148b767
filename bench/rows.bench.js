// 1,000,000 rows of about 400 bytes, JSONL to JSONL through one map and one filter, beside a plain Node script.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const input = join(folder, 'rows.jsonl')
    await makeRows(input, sized(1_000_000, 5000), 400)
    const ours = () => runScript(join(import.meta.dirname, 'rows/ours.js'), [input, join(folder, 'ours.jsonl')])
    const theirs = () => runScript(join(import.meta.dirname, 'rows/bare-loop.js'), [input, join(folder, 'bare.jsonl')])
    const results = await alternate(sized(3, 1), ours, theirs)
    if (statSync(join(folder, 'ours.jsonl')).size === 0) throw new Error('no row was written')
    if (statSync(join(folder, 'ours.jsonl')).size !== statSync(join(folder, 'bare.jsonl')).size)
      throw new Error('the outputs differ')
    const oursSeconds = median(results.ours.map((run) => run.seconds))
    const bareSeconds = median(results.theirs.map((run) => run.seconds))
    const peak = Math.max(...results.ours.map((run) => run.peakMegabytes))
    return {
      ours_s: round(oursSeconds),
      bare_loop_s: round(bareSeconds),
      ratio: round(oursSeconds / bareSeconds),
      peak_rss_mb: round(peak, 0),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
