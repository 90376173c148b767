// DuckDB alone, with typed columns: it may keep any of the duplicates and break ties as it likes.
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'
import { reportPeak, reportSeconds } from '../measure.js'

const [step = '', input = '', users = '', output = ''] = process.argv.slice(2)
const isParquet = input.endsWith('.parquet')
const types = "id: 'VARCHAR', \"user\": 'VARCHAR', stars: 'BIGINT', price: 'DOUBLE', day: 'VARCHAR', text: 'VARCHAR'"
const rows = isParquet
  ? `read_parquet('${input}')`
  : `read_json('${input}', format = 'newline_delimited', columns = { ${types} })`
const levels = isParquet
  ? `read_parquet('${users}')`
  : `read_json('${users}', format = 'newline_delimited', columns = { "user": 'VARCHAR', level: 'BIGINT' })`
const statements = {
  filter: `SELECT * FROM ${rows} WHERE stars > 2 AND price < 900`,
  aggregate: `SELECT stars, day, count(*) AS n, sum(price) AS total FROM ${rows} GROUP BY stars, day`,
  sort: `SELECT * FROM ${rows} ORDER BY price DESC`,
  dedupe: `SELECT DISTINCT ON ("user") * FROM ${rows}`,
  chain: `SELECT "user", count(*) AS n, sum(price) AS total FROM ${rows} WHERE stars > 2 AND price < 900 GROUP BY "user" HAVING n > 1 ORDER BY total DESC`,
  join: `SELECT * FROM ${rows} AS a JOIN ${levels} AS b USING ("user")`,
}
const started = performance.now()
const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
const connection = await instance.connect()
await connection.run(`COPY (${statements[step]}) TO '${output}' (FORMAT ${isParquet ? 'parquet' : 'json'})`)
connection.closeSync()
instance.closeSync()
reportSeconds(started)
reportPeak()
