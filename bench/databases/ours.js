import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import { reportPeak, reportSeconds } from '../measure.js'
import { makeRows } from './rows.js'

const [direction, count, connection] = [process.argv[2], Number(process.argv[3]), JSON.parse(process.argv[4])]
const columns = {
  id: 'integer',
  name: 'string',
  text: 'string',
  city: 'string',
  price: 'number',
  stars: 'integer',
  open: 'boolean',
  at: 'date',
}
const directory = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
const project = maestro({
  plugins: [db],
  directory,
  allowOutsidePaths: true,
  logLevel: 'silent',
  keepRuns: 1,
})
const table = { connection, table: 'ours' }
// Libraries are loaded before the clock runs, as they are in the bare script.
const warm = { connection, table: 'warm' }
await project.run(
  pipeline('warm')
    .from([{ id: 1 }])
    .write('db.table', { ...warm, mode: 'overwrite' }),
)
await project.runTo(pipeline('warm').read('db.table', warm), { write: () => undefined })

const started = performance.now()
const used = process.cpuUsage()
if (direction === 'write') {
  const report = await project.run(
    pipeline('write')
      .from(makeRows(count), { columns })
      .write('db.table', { ...table, mode: 'overwrite', key: 'id' }),
  )
  if (report.counts.rowsOut !== count) throw new Error('rows are missing')
} else {
  let read = 0
  await project.runTo(pipeline('read').read('db.table', table), {
    write: ({ rows }) => {
      read += rows.length
    },
  })
  if (read !== count) throw new Error('rows are missing')
}
reportSeconds(started, used)
reportPeak()
await project.dispose()
rmSync(directory, { recursive: true, force: true })
