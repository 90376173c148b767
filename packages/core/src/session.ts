import { createLocalExecutor } from './builtin/local-executor.js'
import type { Redactor } from './builtin/redactor.js'
import { resolveEnvironment } from './config/resolve-environment.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import { ConfiguredCache } from './container/configured-cache.js'
import { TokenContainer } from './container/create-container.js'
import { disposeAll } from './container/dispose-all.js'
import { ConfiguredServings } from './container/servings.js'
import { ConfiguredVectorStores } from './container/vector-stores.js'
import { LOGGER, type Logger } from './contracts/logger.js'
import type { OperatorDefinition } from './contracts/operator-definition.js'
import { RESPONSE_CACHE, type ResponseCache } from './contracts/response-cache.js'
import type { Row } from './contracts/row.js'
import { SERVINGS, type Servings } from './contracts/serving-definition.js'
import type { TableEngine } from './contracts/table-engine.js'
import { VECTOR_STORES, type VectorStores } from './contracts/vector-store.js'
import { createLifecycleHooks } from './hooks/create-hooks.js'
import { MEDIA_ACCESS } from './media/media-access.js'
import type { CompileContext } from './pipeline/compile/compile-context.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import type { LoadedPlugin } from './plugins/load-plugins.js'
import { registerPlugins } from './plugins/register-plugins.js'
import type { RunEnvironment, ServingListener } from './run/run-context.js'
import { inTemporaryFolder } from './run/state/in-temporary-folder.js'
import { enhance } from './serving/enhance.js'
import { type ServingObserver, ServingPlane } from './serving/serving-plane.js'

/** Hops 5 and 6 for one set of loaded plugins: container, hooks and sealed registry, and what the hops after them need. */
export interface Session {
  /** A contributed operator, if there is one of this name. */
  operator(name: string): OperatorDefinition | undefined
  readonly servings: Servings
  readonly vectorStores: VectorStores
  compileContext(settings: { readonly overwrite: boolean; readonly requireSink: boolean }): CompileContext
  /** What one run gets. What is made for its operators alone is freed with it. */
  openRun(pipeline: string): RunScope
  /** The answers that are kept. @throws MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID */
  responseCache(): ResponseCache
  dispose(): Promise<void>
}

/** The child scope of one run. */
export interface RunScope {
  readonly environment: RunEnvironment
  dispose(): Promise<void>
}

export interface SessionInput {
  readonly config: ResolvedConfig
  readonly configured: readonly DiscoveredPlugin[]
  readonly loaded: readonly LoadedPlugin[]
  readonly logger: Logger
  readonly redactor: Redactor
  /** The answers that this process keeps, when the config asks for that. */
  memory(): ResponseCache
}

/** @throws MAESTRO_PLUGIN_*, MAESTRO_REGISTRY_* */
export function openSession({ config, configured, loaded, logger, redactor, memory }: SessionInput): Session {
  const hooks = createLifecycleHooks()
  const listeners = new Set<ServingListener>()
  hooks.requestDone.tap('maestro', (event) => {
    for (const listener of listeners) listener.requestDone(event)
  })
  hooks.servingState.tap('maestro', (event) => {
    for (const listener of listeners) listener.servingState(event)
  })
  const registry = registerPlugins(loaded, { ...config, hooks, logger, configured })
  const container = new TokenContainer().bindValue(LOGGER, logger)
  const caches = new ConfiguredCache({ config, registry, logger, memory, keepSecret: redactor.add })
  container.bindFactory(RESPONSE_CACHE, { inject: [], create: () => caches.create() })
  // A hook's `call` is made anew with each tap: it must be looked up at each call.
  const observer: ServingObserver = {
    requestStart: (event) => (hooks.requestStart.isUsed() ? hooks.requestStart.call(event) : event),
    requestDone: ({ error, ...event }) => {
      hooks.requestDone.call(error === undefined ? event : { ...event, error: redactor.error(error) })
    },
    servingState: (event) => {
      hooks.servingState.call(event)
    },
  }
  const media = {
    directory: config.directory,
    allowOutside: config.allowOutsidePaths,
    allowPrivateAddresses: config.allowPrivateAddresses,
  }
  container.bindValue(MEDIA_ACCESS, media)
  const plane = new ServingPlane({
    cache: () => (config.cache === false ? undefined : container.resolve(RESPONSE_CACHE)),
    budgets: config.budgets,
    observer,
    media,
  })
  const servings = new ConfiguredServings({
    config,
    registry,
    resolve: (tokens) => container.resolveAll(tokens),
    keepSecret: redactor.add,
    needed: (event) => hooks.servingNeeded.call(event),
    enhance: (provider, settings) => enhance(provider, { plane, settings }),
  })
  container.bindFactory(SERVINGS, { inject: [], create: () => servings })
  const vectorStores = new ConfiguredVectorStores({
    config,
    registry,
    resolve: (tokens) => container.resolveAll(tokens),
    keepSecret: redactor.add,
  })
  container.bindFactory(VECTOR_STORES, { inject: [], create: () => vectorStores })
  const executor =
    config.executor === 'local'
      ? createLocalExecutor()
      : registry.get('executors', config.executor, 'executor').create()
  let engine: TableEngine | undefined
  const tableEngine = async () => {
    const name = config.tableEngine?.use ?? registry.names('tableEngines')[0]
    if (name !== undefined)
      engine ??= registry.get('tableEngines', name, 'tableEngine').create(config.tableEngine ?? {})
    return engine
  }
  const creator = (scope: TokenContainer) => (definition: OperatorDefinition, options: unknown) =>
    definition.create(options, scope.resolveAll(definition.inject ?? []))
  const { directory, stateDirectory, keepRuns, allowOutsidePaths: allowOutside, run: settings } = config
  return {
    operator: (name) => (registry.has('operators', name) ? registry.get('operators', name, 'pipeline') : undefined),
    servings,
    vectorStores,
    compileContext: (asked) => ({
      ...asked,
      directory,
      allowOutside,
      find: (kind, name, where) => registry.get(kind, name, where),
      describeServing: (name, kind, where) => {
        caches.check()
        return servings.describe(name, kind, where)
      },
      checkVectorStore: (name, where) => vectorStores.check(name, where),
      readEnvironment: (options, setting) => resolveEnvironment(options, setting, redactor.add),
      readSource: (source, options, signal) =>
        inTemporaryFolder(async (runDirectory) => {
          const context = { directory, allowOutside, signal, logger, runDirectory }
          const rows: Row[] = []
          for await (const batch of (await source.open(options, context)).read()) {
            const [reject] = batch.rejects ?? []
            if (reject !== undefined) throw reject.error
            signal.throwIfAborted()
            for (const row of batch.rows) rows.push(row)
          }
          return rows
        }),
      createOperator: creator(container),
      tableEngine,
    }),
    openRun(pipeline) {
      const scope = container.createScope().bindValue(LOGGER, logger.child({ pipeline }))
      const environment: RunEnvironment = {
        directory,
        stateDirectory,
        keepRuns,
        allowOutside,
        settings,
        logger: scope.resolve(LOGGER),
        hooks,
        executor,
        redact: redactor.error,
        tableEngine,
        observeServings(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        endRun: (run) => plane.endRun(run),
        createOperator: creator(scope),
      }
      return { environment, dispose: () => scope.dispose() }
    },
    responseCache: () => container.resolve(RESPONSE_CACHE),
    dispose: () => disposeAll([...(engine === undefined ? [] : [engine]), executor, container, vectorStores, servings]),
  }
}
