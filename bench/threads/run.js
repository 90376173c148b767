// Runs one of the pipelines in this folder: node run.js compute
import { openProject } from '@maestro-dataflow/core/runtime'
import { reportPeak, reportSeconds } from '../measure.js'

const project = openProject({ cwd: import.meta.dirname })
const started = performance.now()
await project.run(process.argv[2] ?? '', { overwrite: true })
reportSeconds(started)
await project.dispose()
reportPeak()
