import { createLogger } from './builtin/logger.js'
import { Redactor } from './builtin/redactor.js'
import { loadConfig } from './config/load-config.js'
import { resolveConfig } from './config/resolve-config.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { MaestroConfig } from './contracts/config.js'
import type { PipelineDefinition } from './contracts/pipeline-definition.js'
import type { PipelinePlan } from './contracts/plan.js'
import type { PluginReference } from './contracts/plugin.js'
import type { RunReport } from './contracts/report.js'
import type { PipelineInput, PipelineRow } from './define/pipeline.js'
import { compilePipeline } from './pipeline/compile/compile-pipeline.js'
import type { CompiledPipeline } from './pipeline/compile/compiled-pipeline.js'
import { loadPipeline } from './pipeline/load-pipeline.js'
import { namesUsed } from './pipeline/names-used.js'
import { toDefinition } from './pipeline/to-definition.js'
import { type DiscoveredPlugin, discoverPlugins } from './plugins/discover-plugins.js'
import { type Contribution, loadContributions } from './plugins/load-contributions.js'
import { loadPlugins } from './plugins/load-plugins.js'
import { orderPlugins } from './plugins/order-plugins.js'
import { selectPlugins, withRequired } from './plugins/select-plugins.js'
import { BatchQueue } from './run/batch-queue.js'
import { type Preview, previewPipeline } from './run/preview-pipeline.js'
import type { RowOutput } from './run/run-outputs.js'
import { runPipeline } from './run/run-pipeline.js'
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
  readonly config: ResolvedConfig
  readonly definition: PipelineDefinition
  readonly discovered: readonly DiscoveredPlugin[]
  readonly selected: readonly DiscoveredPlugin[]
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
  readonly #sessions = new Map<string, Session>()
  #config: Promise<ResolvedConfig> | undefined
  #discovered: Promise<readonly DiscoveredPlugin[]> | undefined

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

  /** The plugins whose code a pipeline loads; none of it is loaded here. */
  async pluginsOf(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<readonly DiscoveredPlugin[]> {
    return (await this.#select(pipeline, settings)).selected
  }

  /** What one of the configured plugins contributes; loads its code. @throws MAESTRO_PLUGIN_* */
  async contributionsOf(plugin: string): Promise<readonly Contribution[]> {
    const { directory } = await this.config()
    const loaded = await loadContributions(withRequired(await this.plugins(), new Set([plugin])), directory)
    return loaded.filter((contribution) => contribution.plugin === plugin)
  }

  /** Runs a pipeline. @throws what stopped it; outputs are then as they were */
  async run(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<RunReport> {
    const { compiled, session } = await this.#prepare(pipeline, settings, true)
    return runPipeline(compiled, session.environment, settings)
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
    const { compiled, session } = await this.#prepare(pipeline, settings, false)
    const plan = { ...compiled.plan, sinks: [], stages: compiled.plan.stages.map((stage) => ({ ...stage, sinks: [] })) }
    return runPipeline({ ...compiled, plan, sinks: new Map() }, session.environment, {
      ...settings,
      keep: false,
      output,
    })
  }

  /** A few rows before and after each step; nothing is written. */
  async preview(pipeline: PipelineInput | string, count = 5, settings: RunSettings = {}): Promise<Preview> {
    const { compiled, session } = await this.#prepare(pipeline, settings, false)
    return previewPipeline(compiled, session.environment, count, settings.signal)
  }

  /** What would run, as data. @throws MAESTRO_PIPELINE_INVALID */
  async plan(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<PipelinePlan> {
    const { compiled } = await this.#prepare(pipeline, { overwrite: true, ...settings }, true)
    return compiled.plan
  }

  /** Frees models, connections and engines. */
  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await session.dispose()
    this.#sessions.clear()
  }

  /** Hops 1 to 7. */
  async #prepare(pipeline: PipelineInput | string, settings: RunSettings, requireSink: boolean): Promise<Prepared> {
    const { config, definition, discovered, selected } = await this.#select(pipeline, settings)
    const session = await this.#session(config, discovered, selected)
    const compiled = await compilePipeline(
      definition,
      session.compileContext({ overwrite: settings.overwrite ?? false, requireSink }),
    )
    return { compiled, session }
  }

  /** Hops 1 to 3, and which plugins are to be loaded. */
  async #select(pipeline: PipelineInput | string, { params }: RunSettings): Promise<Selected> {
    const config = await this.config()
    const definition =
      typeof pipeline === 'string' ? await loadPipeline(pipeline, config, params) : await toDefinition(pipeline, params)
    const discovered = await this.plugins()
    return { config, definition, discovered, selected: selectPlugins(discovered, namesUsed(definition, config)) }
  }

  /** Hops 4 to 6, once for each set of plugins. */
  async #session(
    config: ResolvedConfig,
    configured: readonly DiscoveredPlugin[],
    selected: readonly DiscoveredPlugin[],
  ): Promise<Session> {
    const key = JSON.stringify(selected.map((plugin) => plugin.name))
    const known = this.#sessions.get(key)
    if (known !== undefined) return known
    const loaded = await loadPlugins(selected)
    const logger = createLogger({ level: config.logLevel, redactor: this.#redactor })
    const session = openSession({ config, configured, loaded, logger, redactor: this.#redactor })
    this.#sessions.set(key, session)
    return session
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
