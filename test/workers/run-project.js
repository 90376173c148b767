// Runs or resumes the pipeline `steps` of a project: node run-project.js '{"folder":...,"partitionRows":100}'. It prints a
// line for each batch of rows that leaves the steps, and then the report.
import { writeSync } from 'node:fs'
import { definePlugin } from '@maestro-dataflow/core'
import { openProject, setPartitionSize } from '@maestro-dataflow/core/runtime'

const { folder, partitionRows } = JSON.parse(process.argv[2] ?? '')
setPartitionSize({ rows: partitionRows, milliseconds: 1e9 })
const watching = definePlugin({
  name: 'watching',
  apply(hooks) {
    hooks.batchDone.tap('watching', ({ step, counts }) => {
      if (step === 'batches' && counts.rowsOut > 1000) writeSync(1, `out ${counts.rowsOut}\n`)
    })
  },
})
const project = openProject({ cwd: folder, plugins: [watching] })
const [unfinished] = await project.unfinishedRuns()
const report = await project.run('steps', {
  overwrite: true,
  ...(unfinished === undefined ? {} : { resume: { run: unfinished.runId } }),
})
writeSync(1, `report ${JSON.stringify(report)}\n`)
await project.dispose()
