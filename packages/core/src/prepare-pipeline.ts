import { join } from 'node:path'
import { contributionKinds } from './contracts/contribution-kinds.js'
import type { ContributionKind } from './contracts/hooks.js'
import type { PipelineDefinition } from './contracts/pipeline-definition.js'
import type { PipelineOrigin } from './contracts/step-workers.js'
import type { PipelineInput } from './define/pipeline.js'
import { MaestroError } from './errors/maestro-error.js'
import type { OpenedProject } from './opened-project.js'
import { compilePipeline } from './pipeline/compile/compile-pipeline.js'
import type { CompiledPipeline } from './pipeline/compile/compiled-pipeline.js'
import { loadPipeline } from './pipeline/load-pipeline.js'
import { withNamedSources, withNamedStorages } from './pipeline/named-storages.js'
import { namesAsked, namesUsed } from './pipeline/names-used.js'
import { toDefinition } from './pipeline/to-definition.js'
import { fileOf, originOf } from './pipeline-origin.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import { type ContributionNames, contributorsOf, selectPlugins } from './plugins/select-plugins.js'
import { projectFilesOf } from './project-files.js'
import { readRunState } from './run/durability/run-state.js'
import { sinksBegun } from './run/durability/sink-commits.js'
import { hasIncremental } from './run/incremental/incremental-run.js'
import { withWorkerSteps } from './run/workers/plan-segments.js'
import type { RunSettings } from './run-settings.js'
import type { Session } from './session.js'

/** A pipeline that can run. */
export interface Prepared {
  readonly compiled: CompiledPipeline
  readonly session: Session
  /** Where workers find it; undefined if they cannot. */
  readonly origin: PipelineOrigin | undefined
}

/** A pipeline whose plugins are loaded. */
export interface Selected {
  readonly definition: PipelineDefinition
  /** What the pipeline names and needs. */
  readonly names: ContributionNames
  readonly selected: readonly DiscoveredPlugin[]
  readonly session: Session
}

export interface PrepareSettings {
  readonly requireSink: boolean
  /** Whether to check everything in the config, including what the pipeline does not use. @default false */
  readonly wholeConfig?: boolean
}

/** Hops 1 to 7. */
export function preparePipeline(
  project: OpenedProject,
  pipeline: PipelineInput | string,
  settings: RunSettings,
  asked: PrepareSettings,
): Promise<Prepared> {
  return project.redacted(async () => {
    const { definition, names, selected, session } = await selectOf(project, pipeline, settings)
    const { requireSink, wholeConfig = false } = asked
    if (wholeConfig) await project.loadConfigured()
    // The components that a pipeline uses are checked with its steps, except for the cache, which no step names.
    const checked = new Set<ContributionKind>(
      wholeConfig ? contributionKinds : names.caches === undefined ? [] : ['caches'],
    )
    const overwrite = settings.overwrite ?? false
    const ownOutputs = await ownOutputsOf(project, settings, definition)
    const cuts = await cutsOf(project, settings)
    const config = await project.config()
    const file = await fileOf(pipeline, settings, config)
    const plugins = await project.plugins()
    const projectFiles = requireSink ? await projectFilesOf(config, plugins, file?.entry) : new Set<string>()
    const { stateDirectory } = config
    const runDirectory = settings.resume && join(stateDirectory, 'runs', settings.resume.run)
    const compileSettings = { overwrite, ownOutputs, cuts, requireSink, projectFiles, checked, runDirectory }
    const scope = session.openCompilation(compileSettings)
    try {
      const compiled = await compilePipeline(definition, scope.environment)
      const { registry } = await project.host()
      // The parser of modules is not needed before.
      const { withCode } = await import('./pipeline/code/code-of-steps.js')
      const known = withCode(compiled, {
        directory: config.directory,
        config: config.path,
        pipeline: file?.entry,
        pluginOf: (operator) => plugins.find(({ name }) => name === registry.pluginOf('operators', operator)),
      })
      const { operators = new Set(), prompts = new Set(), servings = new Set() } = names
      const contributors = contributorsOf(selected, { operators, prompts, servings })
      return { ...planWorkers(known, session, originOf(file, config, contributors)), session }
    } finally {
      await scope.dispose()
    }
  })
}

/** Decides which steps run in the workers of the executor, if it has some, or says why none do. */
function planWorkers(
  compiled: CompiledPipeline,
  session: Session,
  origin: PipelineOrigin | string,
): Pick<Prepared, 'compiled' | 'origin'> {
  const { name, workers } = session.executorOfPlan()
  if (typeof origin !== 'string')
    return { compiled: workers === undefined ? compiled : withWorkerSteps(compiled, workers), origin }
  if (workers === undefined || workers.startsWhenBusy === true) return { compiled, origin: undefined }
  const message = `All steps run in the process of the run, although the executor ${name} has workers: ${origin}.`
  const { plan } = compiled
  return { compiled: { ...compiled, plan: { ...plan, warnings: [...plan.warnings, { message }] } }, origin: undefined }
}

/** The outputs that the run to be resumed, or the last incremental run, may have written. */
async function ownOutputsOf(
  project: OpenedProject,
  { resume, incremental, limit }: RunSettings,
  definition: PipelineDefinition,
): Promise<ReadonlySet<string>> {
  const { stateDirectory } = await project.config()
  const sinks = definition.sinks.map(({ id }) => id)
  const folder = resume && join(stateDirectory, 'runs', resume.run)
  const isAsked = folder === undefined ? incremental : readRunState(folder).incremental
  if (isAsked ?? (definition.incremental !== undefined && limit === undefined))
    if (hasIncremental(stateDirectory, definition)) return new Set(sinks)
  return folder === undefined ? new Set() : sinksBegun(folder, sinks)
}

/** The steps after which the run stops now, or has stopped before it is resumed. */
async function cutsOf(project: OpenedProject, { until, resume }: RunSettings): Promise<ReadonlySet<string>> {
  const now = until === undefined ? [] : [until]
  if (resume === undefined) return new Set(now)
  const { stateDirectory } = await project.config()
  return new Set([...(readRunState(join(stateDirectory, 'runs', resume.run)).cuts ?? []), ...now])
}

/** Hops 1 to 7 of a run: whoever observes the project hears of a run that fails here. */
export async function prepareRun(
  project: OpenedProject,
  pipeline: PipelineInput | string,
  settings: RunSettings,
  asked: PrepareSettings,
): Promise<Prepared> {
  try {
    return await preparePipeline(project, pipeline, settings, asked)
  } catch (error) {
    if (MaestroError.is(error)) {
      const host = await project.host().catch(() => undefined)
      await host?.hooks.planFailed.promise({ pipeline: nameOf(pipeline), error })
    }
    throw error
  }
}

/** Loads what the pipeline names, and then the models and table engines that its operators need. */
export async function selectOf(
  project: OpenedProject,
  pipeline: PipelineInput | string,
  { params }: RunSettings,
): Promise<Selected> {
  const config = await project.config()
  const written =
    typeof pipeline === 'string' ? await loadPipeline(pipeline, config, params) : await toDefinition(pipeline, params)
  const stored = withNamedStorages(written, config.storages)
  const named = namesUsed(stored, config)
  const session = await project.load(named)
  const operator = (name: string) => session.operator(name)
  const definition = withNamedSources(stored, config.storages, operator)
  const asked = namesAsked(definition, config, operator)
  const names = { ...named, ...asked, storages: new Set([...(named.storages ?? []), ...(asked.storages ?? [])]) }
  await project.load(names)
  return { definition, names, selected: selectPlugins(await project.plugins(), names), session }
}

function nameOf(pipeline: PipelineInput | string): string | undefined {
  if (typeof pipeline === 'string') return pipeline
  const { name } = 'definition' in pipeline ? pipeline.definition : pipeline
  return name
}
