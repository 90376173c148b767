// DuckDB alone, with typed columns: it may keep any of the duplicates and break ties as it likes.
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'
import { reportPeak, reportSeconds } from '../measure.js'

const [step = '', input = '', output = ''] = process.argv.slice(2)
const types = "id: 'VARCHAR', \"user\": 'VARCHAR', stars: 'BIGINT', price: 'DOUBLE', day: 'VARCHAR', text: 'VARCHAR'"
const rows = `read_json('${input}', format = 'newline_delimited', columns = { ${types} })`
const statements = {
  filter: `SELECT * FROM ${rows} WHERE stars > 2 AND price < 900`,
  dedupe: `SELECT DISTINCT ON ("user") * FROM ${rows}`,
  sort: `SELECT * FROM ${rows} ORDER BY price DESC`,
}
const started = performance.now()
const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
const connection = await instance.connect()
await connection.run(`COPY (${statements[step]}) TO '${output}' (FORMAT json)`)
connection.closeSync()
instance.closeSync()
reportSeconds(started)
reportPeak()
