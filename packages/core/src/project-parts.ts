import type { ResolvedConfig } from './config/resolved-config.js'
import type { ComponentFault } from './container/configured-components.js'
import type { EnvironmentValue } from './contracts/config.js'
import type { Executor } from './contracts/execution.js'
import type { ResponseCache } from './contracts/response-cache.js'
import type { Schema } from './contracts/schema.js'
import type { ServingByKind, ServingKind } from './contracts/serving.js'
import type { WorkerState, WorkerTask } from './contracts/step-workers.js'
import type { VectorStore } from './contracts/vector-store.js'
import { maestroError } from './errors/error-table.js'
import { openSteps } from './open-steps.js'
import { OpenedProject } from './opened-project.js'
import { namesConfigured, namesOfServing, namesOfVectorStore } from './pipeline/names-used.js'
import type { Contribution } from './plugins/contribution.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import { selectPlugins, withRequired } from './plugins/select-plugins.js'
import { type AskedQuestion, type AskOptions, askServing, streamServing, type TypedAskOptions } from './serving/ask.js'

/** The parts of a project: its config, plugins, models, stores, cache, and workers. */
export class ProjectParts {
  protected readonly project: OpenedProject

  constructor(resolve: () => Promise<ResolvedConfig>) {
    this.project = new OpenedProject(resolve)
  }

  /** The config with all defaults filled in. */
  config(): Promise<ResolvedConfig> {
    return this.project.config()
  }

  /** The configured plugins, from their manifests. */
  plugins(): Promise<readonly DiscoveredPlugin[]> {
    return this.project.plugins()
  }

  /** What one of the configured plugins contributes. Loads its code. @throws MAESTRO_PLUGIN_* */
  async contributionsOf(plugin: string): Promise<readonly Contribution[]> {
    return this.project.redacted(async () => {
      const host = await this.project.host()
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
    return this.project.redacted(async () => {
      await this.project.loadConfigured()
      const session = await this.project.session()
      if (settings.environment !== true) return session.checkComponents()
      const lookup = ({ name, fallback }: EnvironmentValue) => {
        const value = process.env[name] ?? fallback
        if (value !== undefined) this.project.redactor.add(value)
        return value
      }
      const faults = session.checkComponents({ lookup })
      return faults.map(({ setting, error }) => ({ setting, error: this.project.redactor.error(error) }))
    })
  }

  /** The plugins that the servings, vector stores, storages, cache, executor and table engine of the config come from. */
  async pluginsOfConfig(): Promise<readonly DiscoveredPlugin[]> {
    return selectPlugins(await this.plugins(), namesConfigured(await this.config()))
  }

  /**
   * A serving of the config for your own code, with the same cache and limits as in pipelines. `dispose` frees it.
   *
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND, MAESTRO_CONFIG_INVALID, MAESTRO_PLUGIN_*
   */
  async serving<Kind extends ServingKind>(name: string, kind: Kind): Promise<ServingByKind[Kind]> {
    return this.project.redacted(async () => {
      const session = await this.project.load(namesOfServing(name, await this.config()))
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
   * The text of an answer, piece by piece as the model writes it. If the reader stops, the call stops too.
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
    return this.project.redacted(async () => {
      const session = await this.project.load(namesOfVectorStore(name, await this.config()))
      return session.vectorStores.get(name)
    })
  }

  /**
   * Takes part in the runs of the project as a worker, until the signal fires and the partitions in progress are finished.
   * It also ends when a run begins after the code that it has loaded became outdated.
   *
   * @throws MAESTRO_WORKER_EXECUTOR, and what the executor throws
   */
  async work(settings: WorkSettings): Promise<void> {
    const config = await this.config()
    return this.project.redacted(async () => {
      const { workers, name } = await this.#executor()
      if (workers?.serve === undefined) throw maestroError('MAESTRO_WORKER_EXECUTOR', { executor: name })
      const { concurrency = 1, tags = [], signal } = settings
      const { logger } = await this.project.host()
      const outdated = new AbortController()
      const open = (task: WorkerTask) => {
        if (settings.isOutdated?.() !== true) return openSteps(task, async () => config)
        logger.info('The files of the project have changed since this worker loaded them')
        outdated.abort()
        throw maestroError('MAESTRO_RUN_ABORTED', {})
      }
      const service = { concurrency, tags, signal: AbortSignal.any([signal, outdated.signal]), logger }
      await workers.serve({ ...service, open: async (task) => open(task) })
    })
  }

  /** What the workers of the project do. @throws MAESTRO_WORKER_EXECUTOR, and what the executor throws */
  async workers(): Promise<readonly WorkerState[]> {
    return this.project.redacted(async () => {
      const { workers, name } = await this.#executor()
      if (workers?.list === undefined) throw maestroError('MAESTRO_WORKER_EXECUTOR', { executor: name })
      return workers.list()
    })
  }

  async #executor(): Promise<Executor> {
    const { executor } = await this.config()
    return (await this.project.load({ executors: new Set([executor.use]) })).executor()
  }

  /** The response cache, to inspect or clear it; undefined with `cache: false`. @throws MAESTRO_REGISTRY_UNKNOWN */
  async responseCache(): Promise<ResponseCache | undefined> {
    const { cache } = await this.config()
    if (cache === false) return undefined
    return this.project.redacted(async () =>
      (await this.project.load({ caches: new Set([cache.use]) })).responseCache(),
    )
  }

  /** Frees models, connections, engines, and the processes of plugins. */
  dispose(): Promise<void> {
    return this.project.dispose()
  }
}

/** How a process takes part in the runs of a project. */
export interface WorkSettings {
  /** The number of partitions at once. @default 1 */
  readonly concurrency?: number
  /** What this worker can do that not every worker can. */
  readonly tags?: readonly string[]
  readonly signal: AbortSignal
  /** Whether the code that this process has loaded is no longer that of the files. It is asked before each run. */
  readonly isOutdated?: (() => boolean) | undefined
}
