// Filter, aggregate, sort, dedupe, join, and a chain of four of them over 1,000,000 rows of JSONL and of Parquet, file to file
// through a pipeline, beside DuckDB alone on the same statements, polars, and pandas.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'
import { peerFigures, peerPython, runPeer } from './peers.js'

const steps = ['filter', 'aggregate', 'sort', 'dedupe', 'join', 'chain']
const formats = ['jsonl', 'parquet']
const scripts = join(import.meta.dirname, 'tables')

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
    const python = peerPython()
    for (const format of formats)
      for (const step of steps) {
        const args = (name) => [
          step,
          inputs[format],
          join(folder, `users.${format}`),
          join(folder, `${name}.${format}`),
        ]
        const run = (name) => () => runScript(join(scripts, `${name}.js`), args(name))
        const { ours, theirs } = await alternate(sized(3, 1), run('ours'), run('duckdb'))
        const [mine, other] = ['ours', 'duckdb'].map((name) => digest(step, join(folder, `${name}.${format}`)))
        if (String(await rowsOf(mine)) !== String(await rowsOf(other)))
          throw new Error(`${step} of ${format}: the outputs differ`)
        const middle = (runs, measure) => median(runs.map((one) => one[measure]))
        const key = `${format}_${step}`
        for (const [measure, unit] of [
          ['seconds', ''],
          ['cpuSeconds', 'cpu_'],
        ]) {
          figures[`${key}_ours_${unit}s`] = round(middle(ours, measure))
          figures[`${key}_duckdb_${unit}s`] = round(middle(theirs, measure))
          figures[`${key}_${unit}ratio`] = round(middle(ours, measure) / middle(theirs, measure))
        }
        for (const library of python === undefined ? [] : ['polars', 'pandas'])
          Object.assign(
            figures,
            peerFigures(`${key}_${library}`, runPeer(python, join(scripts, 'peers.py'), [library, ...args(library)])),
          )
      }
    return figures
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A query whose result is the same for outputs that hold the same: in a sort the prices in order, and else the rows in any
 * order. (Of equal rows DuckDB may choose and place any.)
 */
function digest(step, path) {
  const rows = path.endsWith('.parquet') ? `read_parquet('${path}')` : `read_json('${path}')`
  switch (step) {
    case 'sort':
      return `SELECT count(*), md5(string_agg(price, ',' ORDER BY place)) FROM (SELECT price::DOUBLE::VARCHAR AS price, row_number() OVER () AS place FROM ${rows})`
    case 'dedupe':
      return `SELECT count(*), bit_xor(hash("user")) FROM ${rows}`
    case 'chain':
      return `SELECT count(*), sum(n)::BIGINT, round(sum(total))::BIGINT, bit_xor(hash("user")) FROM ${rows}`
    case 'aggregate':
      return `SELECT count(*), sum(n)::BIGINT, round(sum(total))::BIGINT, bit_xor(hash(stars::BIGINT)) FROM ${rows}`
    case 'join':
      return `SELECT count(*), bit_xor(hash(id)), sum(level)::BIGINT FROM ${rows}`
    default:
      return `SELECT count(*), bit_xor(hash(id)) FROM ${rows}`
  }
}
