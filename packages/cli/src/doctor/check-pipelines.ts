import { MaestroError } from '@maestro-dataflow/core'
import { type Maestro, pipelineFiles, pipelineName } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'

/** Plans every pipeline of the project. No row is read. */
export async function checkPipelines(project: Maestro): Promise<readonly Check[]> {
  const config = await project.config()
  const files = await pipelineFiles(config)
  if (files.length === 0) {
    const message =
      config.pipelines.length === 0 ? 'the config names none' : `no file is like ${config.pipelines.join(', ')}`
    const hint = "Set `pipelines` to where they are, such as 'pipelines/*'."
    return [{ name: 'pipelines', status: 'warn', message, hint }]
  }
  const checks: Check[] = []
  // The pipelines are planned one after the other because their plans share plugins and engines.
  for (const file of files) checks.push(await checkPipeline(project, file))
  return checks
}

async function checkPipeline(project: Maestro, file: string): Promise<Check> {
  const name = `pipeline ${pipelineName(file)}`
  try {
    const { steps, sinks } = await project.plan(file)
    const count = (length: number, word: string) => `${length} ${word}${length === 1 ? '' : 's'}`
    return { name, status: 'ok', message: `${count(steps.length, 'step')}, ${count(sinks.length, 'sink')}` }
  } catch (error) {
    if (!MaestroError.is(error, 'MAESTRO_PIPELINE_PARAMS')) return failed(name, error)
    const hint = `Check it with values: maestro plan ${pipelineName(file)} --set name=value`
    return { name, status: 'warn', message: `not checked, because it has parameters: ${error.message}`, hint }
  }
}
