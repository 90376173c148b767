import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import { reportPeak, reportSeconds } from '../measure.js'

const [input = '', output = '', endpoint = ''] = process.argv.slice(2)
const s3 = { endpoint, region: 'us-east-1', accessKeyId: 'bench', secretAccessKey: 'bench' }
const of = (path) => ({ path, ...(path.startsWith('s3:') ? { s3 } : {}) })
const state = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins: [fs], stateDirectory: state, allowOutsidePaths: true, logLevel: 'silent' })
const started = performance.now()
await project.run(
  pipeline('copy')
    .read('fs.file', of(input))
    .write('fs.file', { ...of(output), mode: 'overwrite' }),
)
reportSeconds(started)
await project.dispose()
rmSync(state, { recursive: true, force: true })
reportPeak()
