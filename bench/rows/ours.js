// JSONL to JSONL through one map and one filter function, by a pipeline. With `none`, it writes no ledger; the state
// directory stays if it is given.
import { mkdtempSync, rmSync } from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportPeak } from '../measure.js'

// As the command `maestro` does.
module.enableCompileCache?.()
const { pipeline } = await import('@maestro-dataflow/core')
const { maestro } = await import('@maestro-dataflow/core/runtime')
const { default: fs } = await import('@maestro-dataflow/plugin-fs')
const [input = '', output = '', ledger = 'ledger', kept] = process.argv.slice(2)
const state = kept ?? mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({
  plugins: [fs],
  stateDirectory: state,
  allowOutsidePaths: true,
  logLevel: 'silent',
  run: { ledger: ledger !== 'none' },
})
const columns = { id: 'string', user: 'string', stars: 'number', price: 'number', day: 'string', text: 'string' }
const rows = pipeline('rows')
  .read('fs.file', { path: input, columns })
  .map((row) => ({ ...row, length: row.text.length }))
  .filter((row) => row.stars > 1)
  .write('fs.file', { path: output, mode: 'overwrite' })
await project.run(rows)
await project.dispose()
if (kept === undefined) rmSync(state, { recursive: true, force: true })
reportPeak()
