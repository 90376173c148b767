import { join } from 'node:path'
import { builtin } from './builtin/builtin-plugin.js'
import { createLogger } from './builtin/logger.js'
import { SecretRedactor } from './builtin/secret-redactor.js'
import { loadConfig } from './config/load-config.js'
import { plainSecrets } from './config/plain-secrets.js'
import { resolveConfig } from './config/resolve-config.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { ComponentFault } from './container/configured-components.js'
import type { EnvironmentValue } from './contracts/config.js'
import { contributionKinds } from './contracts/contribution-kinds.js'
import type { PlanEstimate } from './contracts/estimate.js'
import type { ContributionKind } from './contracts/hooks.js'
import type { Logger } from './contracts/logger.js'
import type { PipelineDefinition } from './contracts/pipeline-definition.js'
import type { PipelinePlan } from './contracts/plan.js'
import type { PluginReference } from './contracts/plugin.js'
import type { RunReport } from './contracts/report.js'
import type { ResponseCache } from './contracts/response-cache.js'
import type { Schema } from './contracts/schema.js'
import type { ServingByKind, ServingKind } from './contracts/serving.js'
import type { VectorStore } from './contracts/vector-store.js'
import type { MaestroConfig } from './define/maestro-config.js'
import type { PipelineInput, PipelineRow } from './define/pipeline.js'
import { MaestroError } from './errors/maestro-error.js'
import { enforcePermissions } from './isolation/enforce-permissions.js'
import { compilePipeline } from './pipeline/compile/compile-pipeline.js'
import { type CompiledPipeline, withoutSinks } from './pipeline/compile/compiled-pipeline.js'
import { loadPipeline } from './pipeline/load-pipeline.js'
import { withNamedSources, withNamedStorages } from './pipeline/named-storages.js'
import { namesAsked, namesConfigured, namesOfServing, namesOfVectorStore, namesUsed } from './pipeline/names-used.js'
import { toDefinition } from './pipeline/to-definition.js'
import type { Contribution } from './plugins/contribution.js'
import { type DiscoveredPlugin, discoverPlugins } from './plugins/discover-plugins.js'
import { orderPlugins } from './plugins/order-plugins.js'
import { PluginHost } from './plugins/plugin-host.js'
import { type ContributionNames, selectPlugins, withRequired } from './plugins/select-plugins.js'
import type { StageDecision } from './run/durability/decide-stages.js'
import { previewResume } from './run/durability/preview-resume.js'
import {
  findUnfinished,
  type RunCommand,
  readRunState,
  type UnfinishedRun,
  unfinishedRuns,
} from './run/durability/run-state.js'
import { sinksBegun } from './run/durability/sink-commits.js'
import { estimateRun } from './run/estimate/estimate-run.js'
import { type Preview, previewPipeline } from './run/preview-pipeline.js'
import type { ResumeOptions } from './run/run.js'
import type { RunEnvironment } from './run/run-context.js'
import type { RowOutput } from './run/run-outputs.js'
import { runPipeline } from './run/run-pipeline.js'
import { BatchQueue } from './run/stream/batch-queue.js'
import { type AskedQuestion, type AskOptions, askServing, streamServing, type TypedAskOptions } from './serving/ask.js'
import { coreTokens, Session } from './session.js'

/** How a pipeline is run. */
export interface RunSettings {
  /** The values of the pipeline's parameters. */
  readonly params?: Readonly<Record<string, unknown>>
  /** The maximum number of rows that are read from the source. */
  readonly limit?: number
  /** Whether the run may replace existing outputs. @default false */
  readonly overwrite?: boolean
  /** Whether to replace an existing output even if no row reaches it. @default `run.allowEmpty` of the config, else false */
  readonly allowEmpty?: boolean
  readonly signal?: AbortSignal
  /** The step after which the run stops. Its report is `paused`, and it can be resumed. @default the end */
  readonly until?: string
  /** Whether to ask models again instead of reusing the answers of other runs. @default false */
  readonly fresh?: boolean
  /** The unfinished run to continue. Its other settings have to be those that it began with. @default a new run */
  readonly resume?: ResumeOptions
  /** The command line that starts the run, so that `maestro resume` can continue it. */
  readonly command?: RunCommand
  /** Receives what a resumed run does with each stage. */
  readonly onResume?: (decisions: readonly StageDecision[]) => void
}

/** A config in code; relative paths start at `directory`. @default the working directory */
export type MaestroOptions = MaestroConfig & { readonly directory?: string }

interface Prepared {
  readonly compiled: CompiledPipeline
  readonly session: Session
}

interface Selected {
  readonly definition: PipelineDefinition
  /** What the pipeline names and needs. */
  readonly names: ContributionNames
  readonly selected: readonly DiscoveredPlugin[]
  readonly session: Session
}

interface PrepareSettings {
  readonly requireSink: boolean
  /** Whether to check everything in the config, including what the pipeline does not use. @default false */
  readonly wholeConfig?: boolean
}

/**
 * A project: its config, and the pipelines that it runs. `prepare` is the way through the hops, in order.
 *
 * @example
 * const run = await maestro({ plugins: [fs] }).run(pipeline('copy').from(rows).write('fs.file', { path: 'out.jsonl' }))
 */
export class Maestro {
  readonly #resolve: () => Promise<ResolvedConfig>
  readonly #redactor = new SecretRedactor()
  #config: Promise<ResolvedConfig> | undefined
  #discovered: Promise<readonly DiscoveredPlugin[]> | undefined
  #host: Promise<PluginHost> | undefined
  #session: Promise<Session> | undefined

  constructor(resolve: () => Promise<ResolvedConfig>) {
    this.#resolve = resolve
  }

  /** The config with all defaults filled in. */
  config(): Promise<ResolvedConfig> {
    this.#config ??= this.#resolve()
    return this.#config
  }

  /** The configured plugins, from their manifests. */
  async plugins(): Promise<readonly DiscoveredPlugin[]> {
    const config = await this.config()
    this.#discovered ??= discoverPlugins(config.plugins, config.directory)
      .then(orderPlugins)
      .then((plugins) => enforcePermissions(plugins, config))
    return this.#discovered
  }

  /**
   * The plugins that a pipeline loads. This method loads them, because only their operators say whether they need
   * models.
   */
  async pluginsOf(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<readonly DiscoveredPlugin[]> {
    return (await this.#redacted(() => this.#select(pipeline, settings))).selected
  }

  /** What one of the configured plugins contributes. Loads its code. @throws MAESTRO_PLUGIN_* */
  async contributionsOf(plugin: string): Promise<readonly Contribution[]> {
    return this.#redacted(async () => {
      const host = await this.#plugins()
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
    return this.#redacted(async () => {
      await this.#loadConfigured()
      const session = await this.#open()
      if (settings.environment !== true) return session.checkComponents()
      const lookup = ({ name, fallback }: EnvironmentValue) => {
        const value = process.env[name] ?? fallback
        if (value !== undefined) this.#redactor.add(value)
        return value
      }
      const faults = session.checkComponents({ lookup })
      return faults.map(({ setting, error }) => ({ setting, error: this.#redactor.error(error) }))
    })
  }

  /** The plugins that the servings, vector stores, storages, cache, executor and table engine of the config come from. */
  async pluginsOfConfig(): Promise<readonly DiscoveredPlugin[]> {
    return selectPlugins(await this.plugins(), namesConfigured(await this.config()))
  }

  /** Runs a pipeline. @throws the error that stopped it; the outputs are then unchanged */
  async run(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await this.#prepareRun(pipeline, settings, { requireSink: true })
    return this.#inScope(prepared, (environment) => runPipeline(prepared.compiled, environment, settings))
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
    const prepared = await this.#prepare(pipeline, { overwrite: true, ...settings, resume }, { requireSink: false })
    return this.#inScope(prepared, (environment) => previewResume(prepared.compiled, environment, resume, settings))
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
    const prepared = await this.#prepareRun(pipeline, settings, { requireSink: false })
    const options = { ...settings, keep: false, output }
    return this.#inScope(prepared, (environment) => runPipeline(withoutSinks(prepared.compiled), environment, options))
  }

  /** A few rows before and after each step. It writes nothing. */
  async preview(pipeline: PipelineInput | string, count = 5, settings: RunSettings = {}): Promise<Preview> {
    const prepared = await this.#prepare(pipeline, settings, { requireSink: false })
    return this.#inScope(prepared, (environment) =>
      previewPipeline(prepared.compiled, environment, count, settings.signal),
    )
  }

  /** What a run would take, estimated from a few rows. Their answers are cached. */
  async estimate(pipeline: PipelineInput | string, probes = 20, settings: RunSettings = {}): Promise<PlanEstimate> {
    const prepared = await this.#prepare(pipeline, settings, { requireSink: false })
    return this.#inScope(prepared, (environment) =>
      estimateRun(prepared.compiled, environment, probes, settings.signal),
    )
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
    const prepared = await this.#prepare(pipeline, { overwrite: true, ...others }, { requireSink: true, wholeConfig })
    return prepared.compiled.plan
  }

  /**
   * A serving of the config for your own code, with the same cache and limits as in pipelines. `dispose` frees it.
   *
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*
   */
  async serving<Kind extends ServingKind>(name: string, kind: Kind): Promise<ServingByKind[Kind]> {
    return this.#redacted(async () => {
      const session = await this.#load(namesOfServing(name, await this.config()))
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
    return this.#redacted(async () => {
      const session = await this.#load(namesOfVectorStore(name, await this.config()))
      return session.vectorStores.get(name)
    })
  }

  /** The response cache, to inspect or clear it; undefined with `cache: false`. @throws MAESTRO_REGISTRY_UNKNOWN */
  async responseCache(): Promise<ResponseCache | undefined> {
    const { cache } = await this.config()
    if (cache === false) return undefined
    return this.#redacted(async () => (await this.#load({ caches: new Set([cache.use]) })).responseCache())
  }

  /** Frees models, connections, engines, and the processes of plugins. */
  async dispose(): Promise<void> {
    const opening = this.#session
    this.#session = undefined
    await (await opening?.catch(() => undefined))?.dispose()
    for (const plugin of (await this.#discovered?.catch(() => undefined)) ?? []) await plugin.dispose?.()
  }

  /** Hops 1 to 7. */
  #prepare(pipeline: PipelineInput | string, settings: RunSettings, asked: PrepareSettings): Promise<Prepared> {
    return this.#redacted(async () => {
      const { definition, names, session } = await this.#select(pipeline, settings)
      const { requireSink, wholeConfig = false } = asked
      if (wholeConfig) await this.#loadConfigured()
      // The components that a pipeline uses are checked with its steps, except for the cache, which no step names.
      const checked = new Set<ContributionKind>(
        wholeConfig ? contributionKinds : names.caches === undefined ? [] : ['caches'],
      )
      const overwrite = settings.overwrite ?? false
      const ownOutputs = await this.#ownOutputs(settings.resume?.run, definition)
      const cuts = await this.#cuts(settings)
      const scope = session.openCompilation({ overwrite, ownOutputs, cuts, requireSink, checked })
      try {
        return { compiled: await compilePipeline(definition, scope.environment), session }
      } finally {
        await scope.dispose()
      }
    })
  }

  /** The outputs that the run to be resumed may have written. */
  async #ownOutputs(run: string | undefined, { sinks }: PipelineDefinition): Promise<ReadonlySet<string>> {
    if (run === undefined) return new Set()
    const { stateDirectory } = await this.config()
    return sinksBegun(
      join(stateDirectory, 'runs', run),
      sinks.map(({ id }) => id),
    )
  }

  /** The steps after which the run stops now, or has stopped before it is resumed. */
  async #cuts({ until, resume }: RunSettings): Promise<ReadonlySet<string>> {
    const now = until === undefined ? [] : [until]
    if (resume === undefined) return new Set(now)
    const { stateDirectory } = await this.config()
    return new Set([...(readRunState(join(stateDirectory, 'runs', resume.run)).cuts ?? []), ...now])
  }

  /** Hops 1 to 7 of a run: whoever observes the project hears of a run that fails here. */
  async #prepareRun(
    pipeline: PipelineInput | string,
    settings: RunSettings,
    asked: PrepareSettings,
  ): Promise<Prepared> {
    try {
      return await this.#prepare(pipeline, settings, asked)
    } catch (error) {
      if (MaestroError.is(error)) {
        const host = await this.#plugins().catch(() => undefined)
        await host?.hooks.planFailed.promise({ pipeline: nameOf(pipeline), error })
      }
      throw error
    }
  }

  /** Loads what the pipeline names, and then the models and table engines that its operators need. */
  async #select(pipeline: PipelineInput | string, { params }: RunSettings): Promise<Selected> {
    const config = await this.config()
    const written =
      typeof pipeline === 'string' ? await loadPipeline(pipeline, config, params) : await toDefinition(pipeline, params)
    const stored = withNamedStorages(written, config.storages)
    const named = namesUsed(stored, config)
    const session = await this.#load(named)
    const operator = (name: string) => session.operator(name)
    const definition = withNamedSources(stored, config.storages, operator)
    const asked = namesAsked(definition, config, operator)
    const names = { ...named, ...asked, storages: new Set([...(named.storages ?? []), ...(asked.storages ?? [])]) }
    await this.#load(names)
    return { definition, names, selected: selectPlugins(await this.plugins(), names), session }
  }

  /** Hops 4 and 6 for the plugins that contribute given names, unless they are loaded already. */
  async #load(names: ContributionNames): Promise<Session> {
    const session = await this.#open()
    await (await this.#plugins()).load(selectPlugins(await this.plugins(), names))
    return session
  }

  /**
   * Loads what the config names. If something cannot be loaded, that is a fault of the pipelines that use it, not of
   * the others.
   */
  async #loadConfigured(): Promise<void> {
    const host = await this.#plugins()
    const plugins = await this.plugins()
    for (const { name } of await this.pluginsOfConfig())
      await host.load(withRequired(plugins, new Set([name]))).catch(() => undefined)
  }

  /** Hop 5. */
  #open(): Promise<Session> {
    this.#session ??= Promise.all([this.config(), this.#plugins()]).then(
      ([config, host]) => new Session({ config, host, logger: host.logger, redactor: this.#redactor }),
    )
    return this.#session
  }

  #plugins(): Promise<PluginHost> {
    this.#host ??= Promise.all([this.config(), this.plugins()]).then(([config, configured]) => {
      const logger = createLogger({ level: config.logLevel, redactor: this.#redactor })
      this.#warnOfPlainSecrets(config, logger)
      const { add: keepSecret } = this.#redactor
      return new PluginHost({ configured, access: config, logger, builtin, reserved: coreTokens, keepSecret })
    })
    return this.#host
  }

  #warnOfPlainSecrets(config: ResolvedConfig, logger: Logger): void {
    const settings = plainSecrets(config)
    if (settings.length > 0)
      logger.warn(`${settings.join(', ')} in plain text: keep it out of the config and write env('NAME') instead`)
  }

  /** An error before a run shows no secret; the runner redacts its own errors. */
  async #redacted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw MaestroError.is(error) ? this.#redactor.error(error) : error
    }
  }

  async #inScope<T>({ compiled, session }: Prepared, work: (environment: RunEnvironment) => Promise<T>): Promise<T> {
    const scope = session.openRun(compiled.plan.pipeline)
    try {
      return await work(scope.environment)
    } finally {
      await scope.dispose()
    }
  }
}

function nameOf(pipeline: PipelineInput | string): string | undefined {
  if (typeof pipeline === 'string') return pipeline
  const { name } = 'definition' in pipeline ? pipeline.definition : pipeline
  return name
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
