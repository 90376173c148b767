import { pipeline } from '@maestro-dataflow/core'
import { parse } from '../row-functions.js'

export default pipeline('parse')
  .read('fs.file', { path: process.env.BENCH_INPUT, columns: { n: 'integer', body: 'string' } })
  .map(parse)
  .write('fs.file', { path: process.env.BENCH_OUTPUT })
