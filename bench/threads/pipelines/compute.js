import { pipeline } from '@maestro-dataflow/core'
import { compute } from '../row-functions.js'

export default pipeline('compute')
  .read('fs.file', { path: process.env.BENCH_INPUT, columns: { n: 'integer' } })
  .map(compute)
  .write('fs.file', { path: process.env.BENCH_OUTPUT })
