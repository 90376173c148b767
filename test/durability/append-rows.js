// Adds the rows of a file to a table, or goes on with it: node append-rows.js '{"folder":...,"connection":...,"killAt":3}'.
// It prints the named places that the run passes, and then the report. At the place of the number `killAt`, it ends at
// once.
import { writeSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'

const { folder, connection, tables, mode, commit = 'run', killAt, pauseMs = 0 } = JSON.parse(process.argv[2] ?? '')

setPartitionSize({ rows: 50, milliseconds: 1e9 })
let passed = 0
installFailpoints((place) => {
  writeSync(1, `place ${place}\n`)
  if (++passed === killAt) process.kill(process.pid, 'SIGKILL')
})
const project = maestro({ directory: folder, plugins: [db, fs], allowOutsidePaths: true, logLevel: 'silent' })
const rows = pipeline('append')
  .read('fs.file', { path: 'rows.jsonl', columns: { id: 'integer', text: 'string' } })
  .map(async (row) => {
    if (pauseMs > 0 && Number(row.id) % 20 === 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    return row
  })
const writing = tables.reduce(
  (/** @type {any} */ written, /** @type {string} */ table) =>
    written.write('db.table', { connection, table, mode, key: 'id', commit }, { id: table }),
  rows,
)
const [unfinished] = await project.unfinishedRuns()
try {
  const report = await project.run(writing, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  writeSync(1, `report ${JSON.stringify(report)}\n`)
} catch (error) {
  writeSync(1, `error ${JSON.stringify(error)}\n`)
}
await project.dispose()
