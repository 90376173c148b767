// Filter, dedupe and sort of 1,000,000 rows, file to file through a pipeline, beside DuckDB alone on the same statement.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'

const steps = ['filter', 'dedupe', 'sort']

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const input = join(folder, 'rows.jsonl')
    await makeRows(input, sized(1_000_000, 5000), 350)
    const figures = {}
    for (const step of steps) {
      const [oursOut, theirsOut] = [join(folder, 'ours.jsonl'), join(folder, 'theirs.jsonl')]
      const script = (name) => join(import.meta.dirname, 'table-steps', name)
      const ours = () => runScript(script('ours.js'), [step, input, oursOut])
      const theirs = () => runScript(script('duckdb.js'), [step, input, theirsOut])
      const results = await alternate(sized(5, 1), ours, theirs)
      assertSameRows(step, oursOut, theirsOut)
      const [oursSeconds, theirSeconds] = [results.ours, results.theirs].map((runs) =>
        median(runs.map((run) => run.seconds)),
      )
      figures[`${step}_ours_s`] = round(oursSeconds)
      figures[`${step}_duckdb_s`] = round(theirSeconds)
      figures[`${step}_ratio`] = round(oursSeconds / theirSeconds)
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Both must have chosen as many rows, and in a sort the same prices in order. (Of equal rows DuckDB may choose and place
 * any, and it writes numbers in a form of its own.)
 */
function assertSameRows(step, ours, theirs) {
  const column = { filter: 'id', dedupe: 'user', sort: 'price' }[step]
  const values = (path) => {
    const order = step === 'sort' ? 'cat' : 'sort'
    const command = `grep -o '"${column}":[^,]*' "$0" | sed 's/\\.0$//' | ${order} | sha256sum`
    return execFileSync('bash', ['-c', command, path], { encoding: 'utf8' })
  }
  if (values(ours) !== values(theirs)) throw new Error(`${step}: the outputs differ`)
}
