import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// Loaded here, as the other side loads it, and not within the measured run.
import '@duckdb/node-api'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { reportPeak, reportSeconds } from '../measure.js'

const [step = '', input = '', users = '', output = ''] = process.argv.slice(2)
const options = {
  aggregate: { by: ['stars', 'day'], values: { n: 'count(*)', total: 'sum(price)' } },
  join: {
    right: { use: 'fs.file', path: users, columns: { user: 'string', level: 'integer' } },
    by: ['user'],
    columnPrefix: '',
  },
  filter: { where: 'stars > 2 and price < 900' },
  dedupe: { by: ['user'] },
  sort: { by: 'price', descending: true },
}
const state = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins: [fs, table], stateDirectory: state, allowOutsidePaths: true, logLevel: 'silent' })
const columns = { id: 'string', user: 'string', stars: 'integer', price: 'number', day: 'string', text: 'string' }
const rows = pipeline(step).read('fs.file', { path: input, columns })
const steps =
  step === 'chain'
    ? rows
        .step('table.filter', options.filter)
        .step('table.aggregate', { by: ['user'], values: { n: 'count(*)', total: 'sum(price)' } })
        .step('table.filter', { where: 'n > 1' })
        .step('table.sort', { by: 'total', descending: true })
    : rows.step(`table.${step}`, options[step])
const started = performance.now()
await project.run(steps.write('fs.file', { path: output, mode: 'overwrite' }))
reportSeconds(started)
await project.dispose()
rmSync(state, { recursive: true, force: true })
reportPeak()
