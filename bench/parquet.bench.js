// JSON Lines to Parquet and back through a pipeline, beside DuckDB alone. Reports seconds, and ratios to DuckDB.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTable } from './formats/make-table.js'
import { alternate, median, round, runScript, sized } from './measure.js'

const script = (name) => join(import.meta.dirname, 'formats', name)

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const path = (name) => join(folder, name)
    const rows = sized(1_000_000, 2000)
    await makeTable(path('in.jsonl'), rows, 6)
    const both = (from, to) =>
      alternate(
        sized(3, 1),
        () => runScript(script('copy.js'), [path(from), path(`ours.${to}`)]),
        () => runScript(script('duckdb.js'), [path(from), path(`theirs.${to}`)]),
      )
    const write = await both('in.jsonl', 'parquet')
    const read = await both('ours.parquet', 'jsonl')
    const lines = readFileSync(path('ours.jsonl')).filter((byte) => byte === 10).length
    if (lines !== rows) throw new Error(`${lines} rows came back instead of ${rows}`)
    const seconds = (runs) => median(runs.map((run) => run.seconds))
    return {
      rows,
      write_s: round(seconds(write.ours)),
      duckdb_write_s: round(seconds(write.theirs)),
      write_ratio: round(seconds(write.ours) / seconds(write.theirs)),
      read_s: round(seconds(read.ours)),
      duckdb_read_s: round(seconds(read.theirs)),
      read_ratio: round(seconds(read.ours) / seconds(read.theirs)),
      peak_mb: Math.round(Math.max(...[...write.ours, ...read.ours].map((run) => run.peakMegabytes))),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
