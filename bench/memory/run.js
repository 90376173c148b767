// Rows through functions and a step over the whole table: node run.js INPUT OUTPUT
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { reportPeak } from '../measure.js'

const [input = '', output = ''] = process.argv.slice(2)
const stateDirectory = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins: [fs, table], stateDirectory, allowOutsidePaths: true, logLevel: 'silent' })
const columns = { id: 'string', user: 'string', stars: 'number', price: 'number', day: 'string', text: 'string' }
const rows = pipeline('rows')
  .read('fs.file', { path: input, columns })
  .map((row) => ({ ...row, length: row.text.length }), { columns: { adds: { length: 'integer' } } })
  .step('table.dedupe', { by: ['id'] })
  .map((row) => ({ ...row, cheap: row.price < 10 }))
  .write('fs.file', { path: output, mode: 'overwrite' })
const { counts } = await project.run(rows)
await project.dispose()
rmSync(stateDirectory, { recursive: true, force: true })
console.log(`in=${counts.rowsIn} out=${counts.rowsOut}`)
reportPeak()
