// Filter, aggregate, sort, dedupe, and join of 1,000,000 rows of JSONL and of Parquet, file to file through a pipeline, beside
// DuckDB alone on the same statements and, where it is installed, polars.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { makeRows } from './make-rows.js'
import { alternate, isShort, median, round, runScript, sized } from './measure.js'

const steps = ['filter', 'aggregate', 'sort', 'dedupe', 'join']
const formats = ['jsonl', 'parquet']
const scripts = join(import.meta.dirname, 'tables')
const hasPolars = !isShort && spawnSync('python3', ['-c', 'import polars']).status === 0

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rowsOf = async (sql) => (await connection.runAndReadAll(sql)).getRows()
  try {
    const inputs = Object.fromEntries(formats.map((format) => [format, join(folder, `rows.${format}`)]))
    await makeRows(inputs.jsonl, sized(1_000_000, 5000), 350)
    await rowsOf(
      `COPY (SELECT * REPLACE (day::VARCHAR AS day) FROM read_json('${inputs.jsonl}')) TO '${inputs.parquet}'`,
    )
    for (const format of formats) {
      const users = `SELECT "user", min(stars) AS level FROM read_json('${inputs.jsonl}') GROUP BY 1 HAVING min(stars) > 2 ORDER BY 1`
      await rowsOf(
        `COPY (${users}) TO '${join(folder, `users.${format}`)}' (FORMAT ${format === 'jsonl' ? 'json' : format})`,
      )
    }
    const figures = {}
    for (const format of formats)
      for (const step of steps) {
        const args = (name) => [
          step,
          inputs[format],
          join(folder, `users.${format}`),
          join(folder, `${name}.${format}`),
        ]
        const run = (name) => () => runScript(join(scripts, `${name}.js`), args(name))
        const { ours, theirs } = await alternate(sized(5, 1), run('ours'), run('duckdb'))
        const [mine, other] = ['ours', 'duckdb'].map((name) => digest(step, join(folder, `${name}.${format}`)))
        if (String(await rowsOf(mine)) !== String(await rowsOf(other)))
          throw new Error(`${step} of ${format}: the outputs differ`)
        const [oursSeconds, theirSeconds] = [ours, theirs].map((runs) => median(runs.map(({ seconds }) => seconds)))
        const key = `${format}_${step}`
        figures[`${key}_ours_s`] = round(oursSeconds)
        figures[`${key}_duckdb_s`] = round(theirSeconds)
        figures[`${key}_ratio`] = round(oursSeconds / theirSeconds)
        if (hasPolars) figures[`${key}_polars_s`] = round(polarsSeconds(args('polars')))
      }
    return figures
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

function polarsSeconds(args) {
  const { stdout, status, stderr } = spawnSync('python3', [join(scripts, 'polars_steps.py'), ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`polars: ${stderr}`)
  return Number(/seconds=([\d.]+)/.exec(stdout)?.[1])
}

/**
 * A query whose result is the same for outputs that hold the same: in a sort the prices in order, and else the rows in any
 * order. (Of equal rows DuckDB may choose and place any.)
 */
function digest(step, path) {
  const rows = path.endsWith('.parquet') ? `read_parquet('${path}')` : `read_json('${path}')`
  switch (step) {
    case 'sort':
      return `SELECT count(*), md5(string_agg(price::DOUBLE::VARCHAR, ',')) FROM ${rows}`
    case 'dedupe':
      return `SELECT count(*), bit_xor(hash("user")) FROM ${rows}`
    case 'aggregate':
      return `SELECT count(*), sum(n)::BIGINT, round(sum(total))::BIGINT, bit_xor(hash(stars::BIGINT)) FROM ${rows}`
    case 'join':
      return `SELECT count(*), bit_xor(hash(id)), sum(level)::BIGINT FROM ${rows}`
    default:
      return `SELECT count(*), bit_xor(hash(id)) FROM ${rows}`
  }
}
