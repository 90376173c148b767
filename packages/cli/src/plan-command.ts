import { loadPipeline } from '@maestro-dataflow/core/runtime'
import { openCommandProject, pipelineArgument } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { renderPlan } from './plan/render-plan.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { styleFor } from './terminal/style.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface PlanCommandOptions extends GlobalOptions {
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro plan`: shows the checked plan. */
export async function plan(pipeline: string, options: PlanCommandOptions): Promise<void> {
  const { set, json = false } = options
  const { project, config } = await openCommandProject(options)
  try {
    await refreshTypesFile(project)
    const made = await project.plan(await loadPipeline(pipelineArgument(pipeline), config, set))
    if (json) printJson(made, 2)
    else process.stdout.write(`${renderPlan(made, config.servings, outputWidth(), styleFor(process.stdout))}\n`)
  } finally {
    await project.dispose()
  }
}
