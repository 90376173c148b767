import { MaestroError, type Row } from '@maestro-dataflow/core'
import { loadPipeline, type Maestro, pipelineFiles, type ResolvedConfig } from '@maestro-dataflow/core/runtime'

/** How a pipeline uses an operator: the options of the step, and the first rows that enter it. */
export interface Use {
  readonly pipeline: string
  readonly options: unknown
  readonly rows: readonly Row[]
}

/** The first pipeline with a step of an operator and rows for it. Pipelines that need parameters are left out. */
export async function usedInPipeline(project: Maestro, config: ResolvedConfig, name: string): Promise<Use | undefined> {
  for (const file of await pipelineFiles(config)) {
    try {
      const definition = await loadPipeline(file, config)
      const step = definition.steps.find(
        ({ use }) => use === name || (typeof use === 'object' && 'name' in use && use.name === name),
      )
      if (step === undefined) continue
      const preview = await project.preview(definition, 5)
      const rows = preview.steps.find(({ id }) => id === step.input)?.rows.map(({ row }) => row) ?? []
      if (rows.length > 0) return { pipeline: definition.name, options: step.options, rows }
    } catch (error) {
      // The pipeline cannot be loaded or previewed; another one may use the operator too.
      if (!MaestroError.is(error)) throw error
    }
  }
  return undefined
}
