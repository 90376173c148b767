import { listRuns } from '@maestro-dataflow/core/runtime'
import { describeRejects, describeWarnings } from '../describe-report.js'
import { print } from '../terminal/print.js'

/** Tells what the last run of a pipeline could not process, because the next run will meet it again. */
export async function tellLastRun(stateDirectory: string, pipeline: string): Promise<void> {
  const runs = await listRuns(stateDirectory)
  const last = runs.find(({ plan, report }) => plan.pipeline === pipeline && report !== undefined)
  if (last?.report === undefined) return
  const lines = [...describeRejects(last.report), ...describeWarnings(last.report)]
  if (lines.length > 0) print(`\nlast run: ${last.runId}\n${lines.map((line) => `${line}\n`).join('')}`)
}
