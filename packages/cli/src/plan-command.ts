import type { PipelineDefinition } from '@maestro-dataflow/core'
import type { Maestro, RunCommand, StageDecision } from '@maestro-dataflow/core/runtime'
import { openCommandProject, openPipeline, type PipelineOptions, pipelineArgument } from './command-project.js'
import { describeChanges } from './describe-report.js'
import { noPipeline } from './no-pipeline.js'
import { tellLastRun } from './plan/last-run.js'
import { renderEstimate } from './plan/render-estimate.js'
import { renderPlan } from './plan/render-plan.js'
import { askConsent } from './plugin/consent.js'
import { showProgress } from './progress/show-progress.js'
import { decisionsAsData, describeDecisions, resumeLine } from './resume/describe-resume.js'
import { sameCommand } from './resume/same-command.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface PlanCommandOptions extends PipelineOptions {
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
  /** The number of rows to try. */
  readonly estimate?: number
  /** Whether to tell what an incremental run would process. @default whether the pipeline is incremental */
  readonly incremental?: boolean
}

/** `maestro plan`: shows the checked plan and, on request, the estimated time and cost of a run. */
export async function plan(pipeline: string | undefined, options: PlanCommandOptions): Promise<void> {
  if (pipeline === undefined) throw await noPipeline('plan', options)
  const { set, json = false, estimate: probes } = options
  const progress = probes === undefined ? undefined : showProgress(options)
  const { project, config } = await openCommandProject(options, progress === undefined ? [] : [progress.plugin])
  try {
    await askConsent(project)
    await refreshTypesFile(project)
    const definition = await openPipeline(pipeline, config, set)
    const command = { pipeline: pipelineArgument(pipeline), set, serving: options.serving }
    const made = await project.plan(definition, { command })
    const style = styleFor(process.stdout)
    if (!json) print(`${renderPlan(made, config.servings, outputWidth(), style)}\n`)
    const unfinished = await reuseOf(project, definition, command)
    if (!json) {
      if (unfinished !== undefined) tellReuse(unfinished)
      await tellLastRun(config.stateDirectory, made.pipeline)
    }
    const { incremental } = options
    const changed = await project.changedRows(definition, incremental === undefined ? {} : { incremental })
    if (!json && changed !== undefined) print(`\n${describeChanges(changed, 'would be')}\n`)
    const all = {
      ...made,
      ...(unfinished === undefined
        ? {}
        : { unfinished: { run: unfinished.run, stages: decisionsAsData(unfinished.stages) } }),
      ...(changed === undefined ? {} : { incremental: changed }),
    }
    if (probes === undefined) {
      if (json) printJson(all, 2)
      return
    }
    const estimate = await project.estimate(definition, probes, { signal: stopOnInterrupt() })
    progress?.end()
    if (json) printJson({ ...all, estimate }, 2)
    else print(`\n${renderEstimate(estimate, outputWidth(), style)}\n`)
  } finally {
    progress?.end()
    await project.dispose()
  }
}

/** An unfinished run of the pipeline, and what a resumption would do with each stage. */
interface Reuse {
  readonly run: string
  readonly stages: readonly StageDecision[]
}

/** Which stages of an unfinished run would be reused, and why others would not; undefined if every run has finished. */
async function reuseOf(
  project: Maestro,
  definition: PipelineDefinition,
  command: RunCommand,
): Promise<Reuse | undefined> {
  const runs = await project.unfinishedRuns()
  const unfinished = runs.find((run) =>
    sameCommand(run, { serving: undefined, ...command, output: undefined, limit: undefined }),
  )
  if (unfinished === undefined) return undefined
  const { runId: run } = unfinished
  return { run, stages: await project.stagesToReuse(definition, { run }) }
}

function tellReuse({ run, stages }: Reuse): void {
  const lines = describeDecisions(stages)
  print(`\nunfinished run: ${resumeLine(run)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
}
