// Runs or resumes the pipeline of the durability tests: node run-in-process.js '{"folder":...,"cache":false}'. It prints a
// line for each answer of the model, before the answer is given, and then the report.
import { writeSync } from 'node:fs'
import { setPartitionSize } from '@maestro-dataflow/core/runtime'
import { losing } from './partitions.js'
import { answers, countingModel, projectOf } from './questions.js'

const { folder, latencyMs = 20, partitionRows, user, ...settings } = JSON.parse(process.argv[2] ?? '')
if (partitionRows !== undefined) setPartitionSize({ rows: partitionRows, milliseconds: 1e9 })
const tested = () => (partitionRows === undefined ? answers() : losing(['answers.jsonl', 'answers.jsonl.gz']))
const model = countingModel((/** @type {number} */ row) => writeSync(1, `answered ${row}\n`), latencyMs)
const project = projectOf(folder, model, settings)
const [unfinished] = await project.unfinishedRuns()
// The code is loaded by now: the other user may not be allowed to read it.
if (user !== undefined) {
  process.setgid?.(user)
  process.setuid?.(user)
}
try {
  const report = await project.run(tested(), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  writeSync(1, `report ${JSON.stringify(report)}\n`)
} catch (error) {
  writeSync(1, `error ${JSON.stringify(error)}\n`)
}
await project.dispose()
