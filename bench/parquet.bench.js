// JSON Lines to Parquet and back through a pipeline, beside DuckDB alone, pyarrow, pandas, and polars. Reports seconds, processor
// seconds of all threads, and ratios to DuckDB and to pyarrow. `write_by_engine` is of a project that has a table engine.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTable } from './formats/make-table.js'
import { alternate, median, round, runScript, sized } from './measure.js'
import { peerFigures, peerPython, runPeer } from './peers.js'

const script = (name) => join(import.meta.dirname, 'formats', name)

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const path = (name) => join(folder, name)
    const rows = sized(1_000_000, 2000)
    await makeTable(path('in.jsonl'), rows, 6)
    const both = (from, to, ...engine) =>
      alternate(
        sized(3, 1),
        () => runScript(script('copy.js'), [path(from), path(`ours.${to}`), ...engine]),
        () => runScript(script('duckdb.js'), [path(from), path(`theirs.${to}`)]),
      )
    const write_by_engine = await both('in.jsonl', 'parquet', 'engine')
    const write = await both('in.jsonl', 'parquet')
    const read = await both('ours.parquet', 'jsonl')
    const lines = readFileSync(path('ours.jsonl')).filter((byte) => byte === 10).length
    if (lines !== rows) throw new Error(`${lines} rows came back instead of ${rows}`)
    const middle = (runs, key) => median(runs.map((run) => run[key]))
    const figures = { rows }
    for (const [name, { ours, theirs }] of Object.entries({ write, write_by_engine, read })) {
      for (const [key, unit] of [
        ['seconds', 's'],
        ['cpuSeconds', 'cpu_s'],
      ]) {
        figures[`${name}_${unit}`] = round(middle(ours, key))
        figures[`duckdb_${name}_${unit}`] = round(middle(theirs, key))
      }
      figures[`${name}_ratio`] = round(middle(ours, 'seconds') / middle(theirs, 'seconds'))
      figures[`${name}_cpu_ratio`] = round(middle(ours, 'cpuSeconds') / middle(theirs, 'cpuSeconds'))
    }
    const python = peerPython()
    for (const library of python === undefined ? [] : ['pyarrow', 'pandas', 'polars']) {
      const run = (from, to) => runPeer(python, script('peers.py'), [library, path(from), path(`${library}.${to}`)])
      Object.assign(figures, peerFigures(`${library}_write`, run('in.jsonl', 'parquet')))
      Object.assign(figures, peerFigures(`${library}_read`, run('ours.parquet', 'jsonl')))
    }
    if (python !== undefined)
      for (const name of ['write', 'read'])
        figures[`${name}_pyarrow_cpu_ratio`] = round(figures[`${name}_cpu_s`] / figures[`pyarrow_${name}_cpu_s`])
    figures.peak_mb = Math.round(
      Math.max(...[...write.ours, ...write_by_engine.ours, ...read.ours].map((run) => run.peakMegabytes)),
    )
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
