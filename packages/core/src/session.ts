import { join } from 'node:path'
import type { SecretRedactor } from './builtin/secret-redactor.js'
import { warnOnce } from './builtin/warn-once.js'
import type { EnvironmentLookup } from './config/leave-out-environment.js'
import { resolveEnvironment } from './config/resolve-environment.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import { checkStorages } from './container/check-storages.js'
import {
  type ComponentContext,
  type ComponentFault,
  ConfiguredComponents,
  isUsed,
} from './container/configured-components.js'
import { createOperator } from './container/create-operator.js'
import { disposeAll } from './container/dispose-all.js'
import { ConfiguredServings } from './container/servings.js'
import { singleComponent } from './container/single-component.js'
import { TokenContainer } from './container/token-container.js'
import { configuredVectorStores } from './container/vector-stores.js'
import type { Executor, ExecutorDefinition } from './contracts/execution.js'
import type { ContributionKind } from './contracts/hooks.js'
import { LOGGER, type Logger } from './contracts/logger.js'
import type { OperatorDefinition } from './contracts/operator-definition.js'
import { PROJECT } from './contracts/project.js'
import { RESPONSE_CACHE, type ResponseCache } from './contracts/response-cache.js'
import { SERVINGS, type Servings } from './contracts/serving-definition.js'
import type { SharedLimits } from './contracts/shared-limits.js'
import type { PipelineOrigin } from './contracts/step-workers.js'
import type { TableEngine } from './contracts/table-engine.js'
import type { Token } from './contracts/token.js'
import { VECTOR_STORES, type VectorStores } from './contracts/vector-store.js'
import { reasonOf } from './errors/reason-of.js'
import { MEDIA_ACCESS } from './media/media-access.js'
import type { CompileContext } from './pipeline/compile/compile-context.js'
import type { PluginHost } from './plugins/plugin-host.js'
import type { RunEnvironment } from './run/run-environment.js'
import { accessTo } from './run/source/other-source.js'
import { assertSameWorkers } from './run/workers/same-workers.js'
import { enhance } from './serving/enhance.js'
import { LimitGates } from './serving/limiter/shared/limit-gates.js'
import { RefusedSettings } from './serving/refused-settings.js'
import { ServingPlane } from './serving/serving-plane.js'
import { ServingEvents } from './serving-events.js'

/** The tokens whose values core itself provides. */
export const coreTokens: readonly Token<unknown>[] = [
  LOGGER,
  PROJECT,
  MEDIA_ACCESS,
  RESPONSE_CACHE,
  SERVINGS,
  VECTOR_STORES,
]

/** What a compilation needs besides the pipeline. */
export interface CompileSettings {
  readonly overwrite: boolean
  /** The sinks whose output exists because the run to be resumed has written it. */
  readonly ownOutputs: ReadonlySet<string>
  readonly cuts: ReadonlySet<string>
  readonly requireSink: boolean
  readonly projectFiles: ReadonlySet<string>
  /** The folder of the run that is to be resumed. */
  readonly runDirectory: string | undefined
  /** The kinds of components that are checked in addition to those that a step names. */
  readonly checked: ReadonlySet<ContributionKind>
}

interface ComponentCheck {
  readonly kinds?: ReadonlySet<ContributionKind>
  readonly lookup?: EnvironmentLookup
}

/** The child scope of one compilation or run. What is created only for its operators is disposed with it. */
export interface Scope<Environment> {
  readonly environment: Environment
  dispose(): Promise<void>
}

export interface SessionInput {
  readonly config: ResolvedConfig
  readonly host: PluginHost
  readonly logger: Logger
  readonly redactor: SecretRedactor
}

/** Hop 5: the container of a project, and what its pipelines share. Everything is created when it is first needed. */
export class Session {
  readonly servings: Servings
  readonly vectorStores: VectorStores
  readonly #input: SessionInput
  readonly #container: TokenContainer
  readonly #plane: ServingPlane
  readonly #events: ServingEvents
  readonly #caches: ConfiguredComponents<'caches', ResponseCache>
  readonly #limits: ConfiguredComponents<'limits', SharedLimits>
  readonly #executors: ConfiguredComponents<'executors', Executor>
  readonly #engines: ConfiguredComponents<'tableEngines', TableEngine>
  readonly #servings: ConfiguredServings
  readonly #vectorStores: ReturnType<typeof configuredVectorStores>

  constructor(input: SessionInput) {
    const { config, host, logger, redactor } = input
    const { directory, allowOutsidePaths, allowPrivateAddresses, stateDirectory } = config
    const container = new TokenContainer(host.providers)
    const context: ComponentContext = {
      registry: host.registry,
      path: config.path,
      resolve: (tokens) => container.resolveAll(tokens),
      keepSecret: redactor.add,
    }
    const media = { directory, allowOutside: allowOutsidePaths, allowPrivateAddresses }
    this.#input = input
    this.#container = container
    this.#caches = new ConfiguredComponents(
      // With `cache: false`, an operator that asks for a cache of its own gets one in memory.
      singleComponent('caches', 'cache', () => (config.cache === false ? { use: 'memory' } : config.cache)),
      context,
    )
    this.#limits = new ConfiguredComponents(
      singleComponent('limits', 'limits', () => config.limits),
      context,
    )
    this.#executors = new ConfiguredComponents(
      singleComponent('executors', 'executor', () => config.executor),
      context,
    )
    this.#engines = new ConfiguredComponents(
      singleComponent('tableEngines', 'tableEngine', () => this.#engineConfig()),
      context,
    )
    this.#events = new ServingEvents(host.hooks, redactor)
    this.#plane = new ServingPlane({
      cache: () => (config.cache === false ? undefined : container.resolve(RESPONSE_CACHE)),
      onCacheFault: warnOnce(logger, 'The response cache failed. What it cannot find is asked for again.'),
      budgets: config.budgets,
      gates: new LimitGates(
        () => (config.limits === undefined ? undefined : this.#limits.get('limits')),
        (error) =>
          logger.warn('The shared limits cannot be reached: this process keeps to its share of them until they can', {
            reason: reasonOf(error),
          }),
      ),
      refusedSettings: new RefusedSettings(join(stateDirectory, 'refused-settings.json')),
      observer: this.#events.observer,
      media,
      redact: redactor.error,
    })
    this.#servings = new ConfiguredServings({
      ...context,
      servings: config.servings,
      directory: config.directory,
      needed: (event) => host.hooks.servingNeeded.call(event),
      enhance: (provider, settings, configName) =>
        enhance(provider, {
          plane: this.#plane,
          settings,
          configName,
          find: (name, kind) => this.#servings.get(name, kind),
        }),
    })
    this.#vectorStores = configuredVectorStores(config.vectorStores, context)
    this.servings = this.#servings
    this.vectorStores = this.#vectorStores
    container
      .bindValue(LOGGER, logger)
      .bindValue(PROJECT, { directory, allowOutsidePaths, allowPrivateAddresses, stateDirectory })
      .bindValue(MEDIA_ACCESS, media)
      .bindValue(SERVINGS, this.servings)
      .bindValue(VECTOR_STORES, this.vectorStores)
      .bindProvider({ token: RESPONSE_CACHE, inject: [], create: () => this.#caches.get('cache') })
  }

  /** A contributed operator, if there is one of this name. */
  operator(name: string): OperatorDefinition | undefined {
    const { registry } = this.#input.host
    return registry.has('operators', name) ? registry.get('operators', name, 'pipeline') : undefined
  }

  /** The response cache. @throws MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID */
  responseCache(): ResponseCache {
    return this.#container.resolve(RESPONSE_CACHE)
  }

  /**
   * The faults of the components in the config. It creates none of them.
   *
   * @param check The kinds to check, and the values from the environment to check. @default all kinds; no values
   */
  checkComponents({ kinds, lookup }: ComponentCheck = {}): readonly ComponentFault[] {
    const { config, host } = this.#input
    const checks = {
      servings: () => this.#servings.check(lookup),
      vectorStores: () => this.#vectorStores.check(lookup),
      storages: () => checkStorages(config, host.registry, lookup),
      caches: () => (config.cache === false ? [] : this.#caches.check(lookup)),
      limits: () => (config.limits === undefined ? [] : this.#limits.check(lookup)),
      executors: () => this.#executors.check(lookup),
      tableEngines: () => (config.tableEngine === undefined ? [] : this.#engines.check(lookup)),
    }
    const asked = Object.entries(checks).filter(([kind]) => kinds?.has(kind as ContributionKind) ?? true)
    return asked.flatMap(([, check]) => check())
  }

  /** What one compilation receives. */
  openCompilation({ checked, ...settings }: CompileSettings): Scope<CompileContext> {
    const { config, host, redactor, logger } = this.#input
    const { directory, allowOutsidePaths: allowOutside, allowPrivateAddresses } = config
    const scope = this.#container.createScope()
    const environment: CompileContext = {
      ...settings,
      directory,
      allowOutside,
      allowPrivateAddresses,
      find: (kind, name, where) => host.registry.get(kind, name, where),
      checkComponents: () => this.checkComponents({ kinds: checked }).map(({ error }) => error),
      describeServing: (name, kind, where) => this.#servings.describe(name, kind, where),
      checkVectorStore: (name, where) => {
        this.#vectorStores.configured(name, where)
        this.#vectorStores.assertValid(name)
      },
      readEnvironment: (options, setting) => resolveEnvironment(options, setting, redactor.add),
      accessTo: (source) => accessTo(source, { directory, allowOutside, allowPrivateAddresses, logger }),
      missingTokens: (tokens) => tokens.filter((token) => !scope.has(token)),
      createOperator: (definition, options) => createOperator(definition, options, scope),
      tableEngine: async () => this.#tableEngine(),
    }
    return { environment, dispose: () => this.#free(scope) }
  }

  /** What runs the partitions. @throws MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID, MAESTRO_EXECUTOR_WORKERS */
  executor(): Executor {
    const executor = this.#executors.get('executor')
    assertSameWorkers(this.executorOfPlan(), executor)
    return executor
  }

  /** What a plan says of the executor, which is not created for it. */
  executorOfPlan(): Pick<ExecutorDefinition, 'name' | 'workers'> {
    const configured = this.#executors.configured('executor', 'executor')
    return isUsed(configured) ? this.#executors.checked('executor', configured).definition : configured
  }

  /** What one run receives. @param origin Where workers find the pipeline. */
  openRun(pipeline: string, origin?: PipelineOrigin): Scope<RunEnvironment> {
    const { config, host, redactor, logger } = this.#input
    const scope = this.#container.createScope().bindValue(LOGGER, logger.child({ pipeline }))
    const environment: RunEnvironment = {
      directory: config.directory,
      stateDirectory: config.stateDirectory,
      keepRuns: config.keepRuns,
      allowOutside: config.allowOutsidePaths,
      allowPrivateAddresses: config.allowPrivateAddresses,
      settings: config.run,
      budgets: config.budgets,
      logger: scope.resolve(LOGGER),
      hooks: host.hooks,
      executor: this.executor(),
      origin,
      redact: redactor.error,
      pluginOf: (kind, name) => host.registry.pluginOf(kind, name),
      versionOf: (plugin) => host.versionOf(plugin),
      requestDone: this.#events.observer.requestDone,
      tableEngine: async () => this.#tableEngine(),
      observeServings: (listener) => this.#events.listen(listener),
      hearObserverFailures: (listener) => host.failures.listen(listener),
      beginRun: (run, promptVersions, calls, isFresh) => this.#plane.beginRun(run, promptVersions, calls, isFresh),
      restoreSpending: (run, spent) => this.#plane.budgets.restore(run, spent),
      describeServing: (name, kind) => this.#servings.identify(name, kind),
      endRun: (run) => this.#plane.endRun(run),
      createOperator: (definition, options, step) => createOperator(definition, options, scope, step),
    }
    return { environment, dispose: () => this.#free(scope) }
  }

  /** Disposes what was created. The cache belongs to the container. */
  dispose(): Promise<void> {
    const groups = [this.#engines, this.#executors, this.#container, this.#vectorStores, this.#servings]
    return disposeAll([...groups, this.#plane.gates, this.#limits])
  }

  /** What was done in a scope is done, so a failure to free something is only logged. */
  async #free(scope: TokenContainer): Promise<void> {
    try {
      await scope.dispose()
    } catch (error) {
      this.#input.logger.warn('Something could not be freed.', { reason: reasonOf(error) })
    }
  }

  /** The component that the config names, or else the first one that a loaded plugin contributes. */
  #engineConfig() {
    const { config, host } = this.#input
    if (config.tableEngine !== undefined) return config.tableEngine
    const [use] = host.registry.names('tableEngines')
    return use === undefined ? undefined : { use }
  }

  #tableEngine(): TableEngine | undefined {
    return this.#engineConfig() === undefined ? undefined : this.#engines.get('tableEngine')
  }
}
