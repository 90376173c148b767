import type { ResolvedConfig } from '../config/resolved-config.js'
import { Operator } from '../contracts/operator/operator.js'
import type { PipelineDefinition, StepNode } from '../contracts/pipeline-definition.js'
import type { ContributionNames } from '../plugins/select-plugins.js'

/**
 * What a pipeline and the config name of plugins: decides which plugins are loaded. Servings and stores of the config
 * count only when a step may ask for them, so that a plain pipeline loads no model library.
 */
export function namesUsed(definition: PipelineDefinition, config: ResolvedConfig): ContributionNames {
  const { steps, sinks, source } = definition
  const operators = new Set(steps.flatMap(({ use }) => (typeof use === 'string' ? [use] : [])))
  const storages = new Set([
    ...sinks.map((sink) => sink.use),
    ...(source !== undefined && 'use' in source ? [source.use] : []),
  ])
  const prompts = new Set(steps.flatMap(promptNames))
  const asks = steps.some(({ use }) =>
    typeof use === 'string' ? !/^(fs|table)\./.test(use) : !('run' in use) || use instanceof Operator,
  )
  const servings = new Set(
    asks ? Object.values(config.servings).flatMap((serving) => ('use' in serving ? [String(serving.use)] : [])) : [],
  )
  const table = steps.some(({ use }) =>
    typeof use === 'string' ? use.startsWith('table.') : use instanceof Operator && use.kind === 'table',
  )
  const engine = config.tableEngine
  return {
    operators,
    storages,
    prompts,
    servings,
    ...(table ? { tableEngines: new Set(engine === undefined ? [] : [engine.use]) } : {}),
  }
}

function promptNames(step: StepNode): readonly string[] {
  const prompt = (step.options as { prompt?: { use?: unknown } } | undefined)?.prompt
  return typeof prompt?.use === 'string' ? [prompt.use] : []
}
