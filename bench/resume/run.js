// Passes rows through a function, or goes on: node run.js FOLDER ROWS PARTITION. The first process ends at once when it meets
// the last row; the second one says how long it took from its start to the first row that it processes.
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { pipeline } from '@maestro-dataflow/core'
import { maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'

const [directory = '', rows = '', partition = ''] = process.argv.slice(2)
setPartitionSize({ rows: Number(partition), milliseconds: 3000 })
const started = performance.now()
const project = maestro({ directory, plugins: [fs], logLevel: 'silent' })
const [unfinished] = await project.unfinishedRuns()
let first
const passing = pipeline('pass')
  .read('fs.file', { path: 'rows.jsonl', columns: { n: 'integer' } })
  .map((row) => {
    // The commits of the rows before it end meanwhile.
    if (unfinished === undefined && row.n === Number(rows) - 1)
      return setTimeout(500).then(() => process.exit(process.kill(process.pid, 'SIGKILL')))
    if (first === undefined) {
      first = row.n
      writeSync(1, `first=${first} seconds=${(performance.now() - started) / 1000}\n`)
    }
    return { n: row.n, twice: row.n * 2 }
  })
  .write('fs.file', { path: 'out.jsonl' })
const report = await project.run(passing, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
await project.dispose()
writeSync(1, `rows=${report.counts.rowsOut}\n`)
