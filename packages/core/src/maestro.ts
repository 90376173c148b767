import { createLogger } from './builtin/logger.js'
import { Redactor } from './builtin/redactor.js'
import { loadConfig } from './config/load-config.js'
import { plainSecrets } from './config/plain-secrets.js'
import { resolveConfig } from './config/resolve-config.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import { createConfiguredMemory } from './container/configured-cache.js'
import { disposeAll } from './container/dispose-all.js'
import type { MaestroConfig } from './contracts/config.js'
import type { PlanEstimate } from './contracts/estimate.js'
import type { Logger } from './contracts/logger.js'
import type { PipelineDefinition } from './contracts/pipeline-definition.js'
import type { PipelinePlan } from './contracts/plan.js'
import type { PluginReference } from './contracts/plugin.js'
import type { RunReport } from './contracts/report.js'
import type { ResponseCache } from './contracts/response-cache.js'
import type { ServingByKind, ServingKind } from './contracts/serving.js'
import type { VectorStore } from './contracts/vector-store.js'
import type { PipelineInput, PipelineRow } from './define/pipeline.js'
import { MaestroError } from './errors/maestro-error.js'
import { compilePipeline } from './pipeline/compile/compile-pipeline.js'
import { type CompiledPipeline, withoutSinks } from './pipeline/compile/compiled-pipeline.js'
import { loadPipeline } from './pipeline/load-pipeline.js'
import { withNamedSources, withNamedStorages } from './pipeline/named-storages.js'
import { namesAsked, namesOfServing, namesOfVectorStore, namesUsed } from './pipeline/names-used.js'
import { toDefinition } from './pipeline/to-definition.js'
import { type DiscoveredPlugin, discoverPlugins } from './plugins/discover-plugins.js'
import { type Contribution, loadContributions } from './plugins/load-contributions.js'
import { loadPlugins } from './plugins/load-plugins.js'
import { orderPlugins } from './plugins/order-plugins.js'
import { selectPlugins, withRequired } from './plugins/select-plugins.js'
import { estimateRun } from './run/estimate-run.js'
import { type Preview, previewPipeline } from './run/preview-pipeline.js'
import type { RunEnvironment } from './run/run-context.js'
import type { RowOutput } from './run/run-outputs.js'
import { runPipeline } from './run/run-pipeline.js'
import { BatchQueue } from './run/stream/batch-queue.js'
import { openSession, type Session } from './session.js'

/** How a pipeline is run. */
export interface RunSettings {
  /** Values of the pipeline's parameters. */
  readonly params?: Readonly<Record<string, unknown>>
  /** Rows that are read from the source at most. */
  readonly limit?: number
  /** Existing outputs may be replaced. @default false */
  readonly overwrite?: boolean
  readonly signal?: AbortSignal
}

/** A config in code; `directory` is where relative paths start. @default the working directory */
export type MaestroOptions = MaestroConfig & { readonly directory?: string }

interface Prepared {
  readonly compiled: CompiledPipeline
  readonly session: Session
}

interface Selected {
  readonly definition: PipelineDefinition
  readonly selected: readonly DiscoveredPlugin[]
  readonly session: Session
}

/**
 * A project: its config, and pipelines run by it. `prepare` is the way through the hops, in order.
 *
 * @example
 * const run = await maestro({ plugins: [fs] }).run(pipeline('copy').from(rows).write('fs.file', { path: 'out.jsonl' }))
 */
export class Maestro {
  readonly #resolve: () => Promise<ResolvedConfig>
  readonly #redactor = new Redactor()
  readonly #sessions = new Map<string, Promise<Session>>()
  #config: Promise<ResolvedConfig> | undefined
  #warned = false
  #discovered: Promise<readonly DiscoveredPlugin[]> | undefined
  /** Those in memory are one for all pipelines. */
  #answers: ResponseCache | undefined

  constructor(resolve: () => Promise<ResolvedConfig>) {
    this.#resolve = resolve
  }

  /** The config with every default filled in. */
  config(): Promise<ResolvedConfig> {
    this.#config ??= this.#resolve()
    return this.#config
  }

  /** The configured plugins, from their manifests. */
  async plugins(): Promise<readonly DiscoveredPlugin[]> {
    const config = await this.config()
    this.#discovered ??= discoverPlugins(config.plugins, config.directory).then(orderPlugins)
    return this.#discovered
  }

  /** The plugins that a pipeline loads. They are loaded here too: its operators say whether they ask for models. */
  async pluginsOf(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<readonly DiscoveredPlugin[]> {
    return (await this.#redacted(() => this.#select(pipeline, settings))).selected
  }

  /** What one of the configured plugins contributes; loads its code. @throws MAESTRO_PLUGIN_* */
  async contributionsOf(plugin: string): Promise<readonly Contribution[]> {
    const { directory } = await this.config()
    const plugins = withRequired(await this.plugins(), new Set([plugin]))
    const loaded = await this.#redacted(() => loadContributions(plugins, directory, this.#redactor))
    return loaded.filter((contribution) => contribution.plugin === plugin)
  }

  /** Runs a pipeline. @throws what stopped it; outputs are then as they were */
  async run(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await this.#prepare(pipeline, settings, true)
    return this.#inScope(prepared, (environment) => runPipeline(prepared.compiled, environment, settings))
  }

  /** The rows that a pipeline ends with, as they come; its sinks are not opened and no run folder is made. */
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

  /** Runs a pipeline into a taker of rows instead of its sinks. */
  async runTo(pipeline: PipelineInput | string, output: RowOutput, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await this.#prepare(pipeline, settings, false)
    const options = { ...settings, keep: false, output }
    return this.#inScope(prepared, (environment) => runPipeline(withoutSinks(prepared.compiled), environment, options))
  }

  /** A few rows before and after each step; nothing is written. */
  async preview(pipeline: PipelineInput | string, count = 5, settings: RunSettings = {}): Promise<Preview> {
    const prepared = await this.#prepare(pipeline, settings, false)
    return this.#inScope(prepared, (environment) =>
      previewPipeline(prepared.compiled, environment, count, settings.signal),
    )
  }

  /** What a run would take, told from a few rows that are tried. Their answers are kept. */
  async estimate(pipeline: PipelineInput | string, probes = 20, settings: RunSettings = {}): Promise<PlanEstimate> {
    const prepared = await this.#prepare(pipeline, settings, false)
    return this.#inScope(prepared, (environment) =>
      estimateRun(prepared.compiled, environment, probes, settings.signal),
    )
  }

  /** What would run, as data. @throws MAESTRO_PIPELINE_INVALID */
  async plan(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<PipelinePlan> {
    const { compiled } = await this.#prepare(pipeline, { overwrite: true, ...settings }, true)
    return compiled.plan
  }

  /**
   * A serving of the config, for code of your own: its cache and limits hold there as in pipelines. `dispose` frees it.
   *
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*
   */
  async serving<Kind extends ServingKind>(name: string, kind: Kind): Promise<ServingByKind[Kind]> {
    return this.#redacted(async () => {
      const config = await this.config()
      const plugins = await this.plugins()
      const session = await this.#session(config, plugins, selectPlugins(plugins, namesOfServing(name, config)))
      return session.servings.get(name, kind)
    })
  }

  /**
   * A vector store of the config, for code of your own. `dispose` closes it.
   *
   * @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*, and what it cannot be opened for
   */
  async vectorStore(name: string): Promise<VectorStore> {
    return this.#redacted(async () => {
      const config = await this.config()
      const plugins = await this.plugins()
      const session = await this.#session(config, plugins, selectPlugins(plugins, namesOfVectorStore(name, config)))
      return session.vectorStores.get(name)
    })
  }

  /** The answers that are kept, to look at or to clear; undefined with `cache: false`. @throws MAESTRO_REGISTRY_UNKNOWN */
  async responseCache(): Promise<ResponseCache | undefined> {
    const config = await this.config()
    const { cache } = config
    if (cache === false) return undefined
    return this.#redacted(async () => {
      const plugins = await this.plugins()
      const selected = selectPlugins(plugins, { caches: new Set([cache.use ?? 'disk']) })
      return (await this.#session(config, plugins, selected)).responseCache()
    })
  }

  /** Frees models, connections and engines. */
  async dispose(): Promise<void> {
    const opening = [...this.#sessions.values()]
    this.#sessions.clear()
    const opened = await Promise.allSettled(opening)
    await disposeAll(opened.flatMap((session) => (session.status === 'fulfilled' ? [session.value] : [])))
  }

  /** Hops 1 to 7. */
  #prepare(pipeline: PipelineInput | string, settings: RunSettings, requireSink: boolean): Promise<Prepared> {
    return this.#redacted(async () => {
      const { definition, session } = await this.#select(pipeline, settings)
      const context = session.compileContext({ overwrite: settings.overwrite ?? false, requireSink })
      return { compiled: await compilePipeline(definition, context), session }
    })
  }

  /** Loads what the pipeline names, and then, when its operators ask for them, models and table engines. */
  async #select(pipeline: PipelineInput | string, { params }: RunSettings): Promise<Selected> {
    const config = await this.config()
    const written =
      typeof pipeline === 'string' ? await loadPipeline(pipeline, config, params) : await toDefinition(pipeline, params)
    const stored = withNamedStorages(written, config.storages)
    const discovered = await this.plugins()
    const named = namesUsed(stored, config)
    const first = await this.#session(config, discovered, selectPlugins(discovered, named))
    const definition = withNamedSources(stored, config.storages, first.operator)
    const asked = namesAsked(definition, config, first.operator)
    const storages = new Set([...(named.storages ?? []), ...(asked.storages ?? [])])
    const selected = selectPlugins(discovered, { ...named, ...asked, storages })
    return { definition, selected, session: await this.#session(config, discovered, selected) }
  }

  /** Hops 4 to 6, once for each set of plugins: runs that begin at the same time share what is made. */
  #session(
    config: ResolvedConfig,
    configured: readonly DiscoveredPlugin[],
    selected: readonly DiscoveredPlugin[],
  ): Promise<Session> {
    const key = JSON.stringify(selected.map((plugin) => plugin.name))
    const known = this.#sessions.get(key)
    if (known !== undefined) return known
    const session = loadPlugins(selected, this.#redactor.add).then((loaded) => {
      const logger = createLogger({ level: config.logLevel, redactor: this.#redactor })
      this.#warnOfPlainSecrets(config, logger)
      const memory = () => {
        this.#answers ??= createConfiguredMemory(config.cache)
        return this.#answers
      }
      return openSession({ config, configured, loaded, logger, redactor: this.#redactor, memory })
    })
    this.#sessions.set(key, session)
    // One that could not be opened may be the next time.
    session.catch(() => this.#sessions.delete(key))
    return session
  }

  /** Once for a project. */
  #warnOfPlainSecrets(config: ResolvedConfig, logger: Logger): void {
    if (this.#warned) return
    this.#warned = true
    const settings = plainSecrets(config)
    if (settings.length > 0)
      logger.warn(`${settings.join(', ')} in plain text: keep it out of the config and write env('NAME') instead`)
  }

  /** What fails before a run shows no secret; the runner sees to its own errors. */
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

/** A project whose config is given in code: no files are looked for. */
export function maestro(options: MaestroOptions = {}): Maestro {
  const { directory, ...config } = options
  return new Maestro(() => resolveConfig(config, { directory: directory ?? process.cwd() }))
}

/** A project from its config file, looked for upward from a folder. */
export function openProject(
  options: { readonly cwd?: string; readonly file?: string; readonly plugins?: readonly PluginReference[] } = {},
): Maestro {
  return new Maestro(async () => {
    const { path, config } = await loadConfig({ cwd: options.cwd ?? process.cwd(), file: options.file })
    const resolved = await resolveConfig(config, { path })
    return { ...resolved, plugins: [...resolved.plugins, ...(options.plugins ?? [])] }
  })
}
