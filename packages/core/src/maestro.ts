import { loadConfig } from './config/load-config.js'
import { resolveConfig } from './config/resolve-config.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { ComponentFault } from './container/configured-components.js'
import type { EnvironmentValue } from './contracts/config.js'
import type { PlanEstimate } from './contracts/estimate.js'
import type { Executor } from './contracts/execution.js'
import type { IncrementalReport } from './contracts/incremental.js'
import type { PipelinePlan } from './contracts/plan.js'
import type { PluginReference } from './contracts/plugin.js'
import type { RunReport } from './contracts/report.js'
import type { ResponseCache } from './contracts/response-cache.js'
import { rowsToInfer } from './contracts/rows-to-infer.js'
import type { Schema } from './contracts/schema.js'
import type { ServingByKind, ServingKind } from './contracts/serving.js'
import type { WorkerState } from './contracts/step-workers.js'
import type { VectorStore } from './contracts/vector-store.js'
import type { MaestroConfig } from './define/maestro-config.js'
import type { PipelineInput, PipelineRow } from './define/pipeline.js'
import { maestroError } from './errors/error-table.js'
import {
  type InferenceSettings,
  type InferredSource,
  inferredColumns,
  sourceAlone,
  suggestedOptions,
} from './infer-source.js'
import { openSteps } from './open-steps.js'
import { OpenedProject } from './opened-project.js'
import { withoutSinks } from './pipeline/compile/compiled-pipeline.js'
import { namesConfigured, namesOfServing, namesOfVectorStore } from './pipeline/names-used.js'
import type { Contribution } from './plugins/contribution.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import { selectPlugins, withRequired } from './plugins/select-plugins.js'
import { type Prepared, preparePipeline, prepareRun, selectOf } from './prepare-pipeline.js'
import type { StageDecision } from './run/durability/decide-stages.js'
import { previewResume } from './run/durability/preview-resume.js'
import { findUnfinished, type UnfinishedRun, unfinishedRuns } from './run/durability/run-state.js'
import { estimateRun } from './run/estimate/estimate-run.js'
import { IncrementalRun } from './run/incremental/incremental-run.js'
import { type Preview, previewPipeline } from './run/preview-pipeline.js'
import type { ResumeOptions } from './run/run.js'
import type { RunEnvironment } from './run/run-environment.js'
import type { RowOutput } from './run/run-outputs.js'
import { runPipeline } from './run/run-pipeline.js'
import { BatchQueue } from './run/stream/batch-queue.js'
import type { RunSettings } from './run-settings.js'
import { type AskedQuestion, type AskOptions, askServing, streamServing, type TypedAskOptions } from './serving/ask.js'

/** A config in code; relative paths start at `directory`. @default the working directory */
export type MaestroOptions = MaestroConfig & { readonly directory?: string }

/**
 * A project: its config, and the pipelines that it runs. `prepare` is the way through the hops, in order.
 *
 * @example
 * const run = await maestro({ plugins: [fs] }).run(pipeline('copy').from(rows).write('fs.file', { path: 'out.jsonl' }))
 */
export class Maestro {
  readonly #project: OpenedProject

  constructor(resolve: () => Promise<ResolvedConfig>) {
    this.#project = new OpenedProject(resolve)
  }

  /** The config with all defaults filled in. */
  config(): Promise<ResolvedConfig> {
    return this.#project.config()
  }

  /** The configured plugins, from their manifests. */
  plugins(): Promise<readonly DiscoveredPlugin[]> {
    return this.#project.plugins()
  }

  /**
   * The plugins that a pipeline loads. This method loads them, because only their operators say whether they need
   * models.
   */
  async pluginsOf(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<readonly DiscoveredPlugin[]> {
    return (await this.#project.redacted(() => selectOf(this.#project, pipeline, settings))).selected
  }

  /** What one of the configured plugins contributes. Loads its code. @throws MAESTRO_PLUGIN_* */
  async contributionsOf(plugin: string): Promise<readonly Contribution[]> {
    return this.#project.redacted(async () => {
      const host = await this.#project.host()
      await host.load(withRequired(await this.plugins(), new Set([plugin])))
      return host.contributionsOf(plugin)
    })
  }

  /**
   * The faults of the servings, vector stores, storages, cache, executor, and table engine in the config: names that no
   * plugin contributes, and options that they do not accept. It loads the plugins that the config names; if one cannot be
   * loaded, it checks only names.
   */
  async checkComponents(
    settings: {
      /** Whether to check values from the environment too, if they are set. @default false */
      readonly environment?: boolean
    } = {},
  ): Promise<readonly ComponentFault[]> {
    return this.#project.redacted(async () => {
      await this.#project.loadConfigured()
      const session = await this.#project.session()
      if (settings.environment !== true) return session.checkComponents()
      const lookup = ({ name, fallback }: EnvironmentValue) => {
        const value = process.env[name] ?? fallback
        if (value !== undefined) this.#project.redactor.add(value)
        return value
      }
      const faults = session.checkComponents({ lookup })
      return faults.map(({ setting, error }) => ({ setting, error: this.#project.redactor.error(error) }))
    })
  }

  /** The plugins that the servings, vector stores, storages, cache, executor and table engine of the config come from. */
  async pluginsOfConfig(): Promise<readonly DiscoveredPlugin[]> {
    return selectPlugins(await this.plugins(), namesConfigured(await this.config()))
  }

  /** Runs a pipeline. @throws the error that stopped it; the outputs are then unchanged */
  async run(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await prepareRun(this.#project, pipeline, settings, { requireSink: true })
    return inScope(prepared, (environment) => runPipeline(prepared.compiled, environment, settings))
  }

  /** The runs that have not reached their end, the newest first. `run` with `resume` continues one. */
  async unfinishedRuns(): Promise<readonly UnfinishedRun[]> {
    return unfinishedRuns((await this.config()).stateDirectory)
  }

  /** The unfinished run of this id, or the newest. @throws MAESTRO_RUN_NOT_UNFINISHED, MAESTRO_RUN_FORMAT */
  async unfinishedRun(run?: string): Promise<UnfinishedRun> {
    return findUnfinished((await this.config()).stateDirectory, run)
  }

  /** Which stages of an unfinished run would be reused, and why the others would not. It changes nothing. */
  async stagesToReuse(
    pipeline: PipelineInput | string,
    resume: ResumeOptions,
    settings: RunSettings = {},
  ): Promise<readonly StageDecision[]> {
    const prepared = await preparePipeline(
      this.#project,
      pipeline,
      { overwrite: true, ...settings, resume },
      { requireSink: false },
    )
    return inScope(prepared, (environment) => previewResume(prepared.compiled, environment, resume, settings))
  }

  /**
   * What an incremental run would process; undefined if the runs of the pipeline are not incremental. It reads the input,
   * and changes nothing.
   *
   * @throws MAESTRO_INCREMENTAL_UNFIT
   */
  async changedRows(
    pipeline: PipelineInput | string,
    settings: RunSettings = {},
  ): Promise<IncrementalReport | undefined> {
    const prepared = await preparePipeline(
      this.#project,
      pipeline,
      { overwrite: true, ...settings },
      { requireSink: false },
    )
    if (!(settings.incremental ?? prepared.compiled.definition.incremental !== undefined)) return undefined
    return inScope(
      prepared,
      async (environment) => (await IncrementalRun.begin(prepared.compiled, environment, settings)).report,
    )
  }

  /** The rows that a pipeline ends with, as they arrive. It opens no sinks and creates no run folder. */
  async *rows<P extends PipelineInput | string>(
    pipeline: P,
    settings: RunSettings = {},
  ): AsyncGenerator<PipelineRow<P>> {
    const queue = new BatchQueue()
    const stop = new AbortController()
    const signal = settings.signal === undefined ? stop.signal : AbortSignal.any([settings.signal, stop.signal])
    const running = this.runTo(pipeline, queue, { ...settings, signal }).then(
      () => queue.end(),
      (error) => queue.fail(error),
    )
    try {
      for await (const batch of queue) yield* batch.rows as readonly PipelineRow<P>[]
    } finally {
      stop.abort()
      await running
    }
  }

  /** Runs a pipeline into a consumer of rows instead of its sinks. */
  async runTo(pipeline: PipelineInput | string, output: RowOutput, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await prepareRun(this.#project, pipeline, settings, { requireSink: false })
    const options = { ...settings, keep: false, output }
    return inScope(prepared, (environment) => runPipeline(withoutSinks(prepared.compiled), environment, options))
  }

  /** A few rows before and after each step. It writes nothing. */
  async preview(pipeline: PipelineInput | string, count = 5, settings: RunSettings = {}): Promise<Preview> {
    const prepared = await preparePipeline(this.#project, pipeline, settings, { requireSink: false })
    return inScope(prepared, (environment) => previewPipeline(prepared.compiled, environment, count, settings.signal))
  }

  /** What a run would take, estimated from a few rows. Their answers are cached. */
  async estimate(pipeline: PipelineInput | string, probes = 20, settings: RunSettings = {}): Promise<PlanEstimate> {
    const prepared = await preparePipeline(this.#project, pipeline, settings, { requireSink: false })
    return inScope(prepared, (environment) => estimateRun(prepared.compiled, environment, probes, settings.signal))
  }

  /**
   * The columns of a pipeline's source, by its first rows, and what else they suggest for its options.
   *
   * @throws MAESTRO_PIPELINE_*, MAESTRO_STORAGE_*
   */
  async inferSource(
    pipeline: PipelineInput | string,
    { rows = rowsToInfer, ...settings }: InferenceSettings = {},
  ): Promise<InferredSource> {
    const given = await preparePipeline(this.#project, pipeline, settings, { requireSink: false })
    const options = await suggestedOptions(given.compiled.source, await this.config(), rows)
    const definition = sourceAlone(given.compiled.definition, options)
    const { compiled } = await preparePipeline(this.#project, definition, settings, { requireSink: false })
    const found = await Array.fromAsync(this.rows(definition, { ...settings, limit: rows }))
    return { options, rows: found.length, columns: inferredColumns(compiled.source.columns, found) }
  }

  /**
   * What would run, as data. It also checks what the config names, whether the pipeline uses it or not.
   *
   * @throws MAESTRO_PIPELINE_INVALID
   */
  async plan(
    pipeline: PipelineInput | string,
    settings: RunSettings & {
      /** Whether to check the whole config, or only what the pipeline uses. @default true */
      readonly wholeConfig?: boolean
    } = {},
  ): Promise<PipelinePlan> {
    const { wholeConfig = true, ...others } = settings
    const prepared = await preparePipeline(
      this.#project,
      pipeline,
      { overwrite: true, ...others },
      { requireSink: true, wholeConfig },
    )
    return prepared.compiled.plan
  }

  /**
   * A serving of the config for your own code, with the same cache and limits as in pipelines. `dispose` frees it.
   *
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*
   */
  async serving<Kind extends ServingKind>(name: string, kind: Kind): Promise<ServingByKind[Kind]> {
    return this.#project.redacted(async () => {
      const session = await this.#project.load(namesOfServing(name, await this.config()))
      return session.servings.get(name, kind)
    })
  }

  /**
   * Asks one question outside of a pipeline. With a schema, the answer is a value of it, and otherwise a text.
   *
   * @throws MAESTRO_SERVING_*, MAESTRO_BUDGET_*, and what `serving` throws
   * @example
   * const { city } = await project.ask('Where is the Louvre?', { schema: z.object({ city: z.string() }) })
   */
  ask<Value>(question: AskedQuestion, options: TypedAskOptions<Value>): Promise<Value>
  ask(question: AskedQuestion, options?: AskOptions): Promise<string>
  async ask<Value>(
    question: AskedQuestion,
    options: AskOptions & { readonly schema?: Schema<unknown, Value> } = {},
  ): Promise<Value | string> {
    return askServing(await this.serving(options.serving ?? 'default', 'llm'), question, options)
  }

  /**
   * The text of an answer, piece by piece as the model writes it. Whoever stops reading stops the call.
   *
   * @throws what `ask` throws, also after the pieces of an incomplete answer; MAESTRO_SERVING_BROKEN_OFF
   */
  async *stream(question: AskedQuestion, options: AskOptions = {}): AsyncGenerator<string, void> {
    yield* streamServing(await this.serving(options.serving ?? 'default', 'llm'), question, options)
  }

  /**
   * A vector store of the config for your own code. `dispose` closes it.
   *
   * @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*, and the error with which it fails to
   *   open
   */
  async vectorStore(name: string): Promise<VectorStore> {
    return this.#project.redacted(async () => {
      const session = await this.#project.load(namesOfVectorStore(name, await this.config()))
      return session.vectorStores.get(name)
    })
  }

  /**
   * Takes part in the runs of the project as a worker, until the signal fires and the partitions in progress are finished.
   *
   * @throws MAESTRO_WORKER_EXECUTOR, and what the executor throws
   */
  async work(settings: WorkSettings): Promise<void> {
    const config = await this.config()
    return this.#project.redacted(async () => {
      const { workers, name } = await this.#executor()
      if (workers?.serve === undefined) throw maestroError('MAESTRO_WORKER_EXECUTOR', { executor: name })
      const { concurrency = 1, tags = [], signal } = settings
      const { logger } = await this.#project.host()
      await workers.serve({ concurrency, tags, signal, logger, open: (task) => openSteps(task, async () => config) })
    })
  }

  /** What the workers of the project do. @throws MAESTRO_WORKER_EXECUTOR, and what the executor throws */
  async workers(): Promise<readonly WorkerState[]> {
    return this.#project.redacted(async () => {
      const { workers, name } = await this.#executor()
      if (workers?.list === undefined) throw maestroError('MAESTRO_WORKER_EXECUTOR', { executor: name })
      return workers.list()
    })
  }

  async #executor(): Promise<Executor> {
    const { executor } = await this.config()
    return (await this.#project.load({ executors: new Set([executor.use]) })).executor()
  }

  /** The response cache, to inspect or clear it; undefined with `cache: false`. @throws MAESTRO_REGISTRY_UNKNOWN */
  async responseCache(): Promise<ResponseCache | undefined> {
    const { cache } = await this.config()
    if (cache === false) return undefined
    return this.#project.redacted(async () =>
      (await this.#project.load({ caches: new Set([cache.use]) })).responseCache(),
    )
  }

  /** Frees models, connections, engines, and the processes of plugins. */
  dispose(): Promise<void> {
    return this.#project.dispose()
  }
}

/** How a process takes part in the runs of a project. */
export interface WorkSettings {
  /** The number of partitions at once. @default 1 */
  readonly concurrency?: number
  /** What this worker can do that not every worker can. */
  readonly tags?: readonly string[]
  readonly signal: AbortSignal
}

/** Does some work in the scope of one run. */
async function inScope<T>(
  { compiled, session, origin }: Prepared,
  work: (environment: RunEnvironment) => Promise<T>,
): Promise<T> {
  const scope = session.openRun(compiled.plan.pipeline, origin)
  try {
    return await work(scope.environment)
  } finally {
    await scope.dispose()
  }
}

/** A project with its config in code, without any config file. */
export function maestro(options: MaestroOptions = {}): Maestro {
  const { directory, ...config } = options
  return new Maestro(() => resolveConfig(config, { directory: directory ?? process.cwd() }))
}

/** A project with its config file, which is searched for from a folder upward. */
export function openProject(
  options: { readonly cwd?: string; readonly file?: string; readonly plugins?: readonly PluginReference[] } = {},
): Maestro {
  return new Maestro(async () => {
    const { path, config } = await loadConfig({ cwd: options.cwd ?? process.cwd(), file: options.file })
    const resolved = await resolveConfig(config, { path })
    return { ...resolved, plugins: [...resolved.plugins, ...(options.plugins ?? [])] }
  })
}
