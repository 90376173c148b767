import { pipeline } from '@maestro-dataflow/core'

export default pipeline('compute')
  .read('fs.file', { path: process.env.BENCH_INPUT, columns: { n: 'integer' } })
  .map((row) => {
    let state = Number(row.n) + 1
    for (let turn = 0; turn < 600_000; turn++) state = Math.imul(state ^ (state >>> 15), state | 1) | 0
    return { ...row, state }
  })
  .write('fs.file', { path: process.env.BENCH_OUTPUT })
