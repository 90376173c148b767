import { pipeline } from '@maestro-dataflow/core'

export default pipeline('parse')
  .read('fs.file', { path: process.env.BENCH_INPUT, columns: { n: 'integer', body: 'string' } })
  .map(({ n, body }) => {
    const { list } = JSON.parse(body)
    return { n, items: list.length, total: list.reduce((sum, { price }) => sum + price, 0), last: list.at(-1).name }
  })
  .write('fs.file', { path: process.env.BENCH_OUTPUT })
