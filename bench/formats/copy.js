import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { reportPeak, reportSeconds } from '../measure.js'

// The table engine writes Parquet only if the project has one.
const [input = '', output = '', engine] = process.argv.slice(2)
const plugins = engine === undefined ? [fs] : [fs, table]
const state = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins, stateDirectory: state, allowOutsidePaths: true, logLevel: 'silent' })
const started = performance.now()
await project.run(
  pipeline('copy').read('fs.file', { path: input }).write('fs.file', { path: output, mode: 'overwrite' }),
)
reportSeconds(started)
await project.dispose()
rmSync(state, { recursive: true, force: true })
reportPeak()
