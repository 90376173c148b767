// Runs one of the pipelines in this folder: node run.js compute
import module from 'node:module'
import { reportPeak, reportSeconds } from '../measure.js'

// As the command `maestro` does.
module.enableCompileCache?.()
const { openProject } = await import('@maestro-dataflow/core/runtime')
const project = openProject({ cwd: import.meta.dirname })
const started = performance.now()
await project.run(process.argv[2] ?? '', { overwrite: true })
reportSeconds(started)
await project.dispose()
reportPeak()
