import { DuckDBInstance } from '@duckdb/node-api'
import { reportPeak, reportSeconds } from '../measure.js'

const [input = '', output = ''] = process.argv.slice(2)
const instance = await DuckDBInstance.create()
const connection = await instance.connect()
const started = performance.now()
const rows = input.endsWith('.parquet') ? `'${input}'` : `read_json('${input}', format = 'newline_delimited')`
const format = output.endsWith('.parquet') ? 'parquet' : 'json'
await connection.run(`COPY (SELECT * FROM ${rows}) TO '${output}' (FORMAT ${format})`)
reportSeconds(started)
reportPeak()
