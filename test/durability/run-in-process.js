// Runs or resumes the pipeline of the durability tests: node run-in-process.js '{"folder":...,"cache":false}'. It prints a
// line for each answer of the model, before the answer is given, and then the report.
import { writeSync } from 'node:fs'
import { answers, countingModel, projectOf } from './questions.js'

const { folder, latencyMs = 20, ...settings } = JSON.parse(process.argv[2] ?? '')
const model = countingModel((/** @type {number} */ row) => writeSync(1, `answered ${row}\n`), latencyMs)
const project = projectOf(folder, model, settings)
const [unfinished] = await project.unfinishedRuns()
try {
  const report = await project.run(answers(), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  writeSync(1, `report ${JSON.stringify(report)}\n`)
} catch (error) {
  writeSync(1, `error ${JSON.stringify(error)}\n`)
}
await project.dispose()
