import { builtin } from './builtin/builtin-plugin.js'
import { createLogger } from './builtin/logger.js'
import { SecretRedactor } from './builtin/secret-redactor.js'
import { configuredSecrets } from './config/configured-secrets.js'
import { plainSecrets } from './config/plain-secrets.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { Logger } from './contracts/logger.js'
import { MaestroError } from './errors/maestro-error.js'
import { enforcePermissions } from './isolation/enforce-permissions.js'
import { namesConfigured } from './pipeline/names-used.js'
import { type DiscoveredPlugin, discoverPlugins } from './plugins/discover-plugins.js'
import { orderPlugins } from './plugins/order-plugins.js'
import { PluginHost } from './plugins/plugin-host.js'
import { type ContributionNames, selectPlugins, withRequired } from './plugins/select-plugins.js'
import { coreTokens, Session } from './session.js'

/** The parts of an open project: its config, its plugins, and its session. Each is made when it is first needed. */
export class OpenedProject {
  readonly #resolve: () => Promise<ResolvedConfig>
  readonly redactor = new SecretRedactor()
  #config: Promise<ResolvedConfig> | undefined
  #discovered: Promise<readonly DiscoveredPlugin[]> | undefined
  #host: Promise<PluginHost> | undefined
  #session: Promise<Session> | undefined

  constructor(resolve: () => Promise<ResolvedConfig>) {
    this.#resolve = resolve
  }

  /** The config with all defaults filled in. */
  config(): Promise<ResolvedConfig> {
    this.#config ??= this.#resolve().then((config) => {
      configuredSecrets(config).forEach(this.redactor.add)
      return config
    })
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

  /** Hops 4 and 6 for the plugins that contribute given names, unless they are loaded already. */
  async load(names: ContributionNames): Promise<Session> {
    const session = await this.session()
    await (await this.host()).load(selectPlugins(await this.plugins(), names))
    return session
  }

  /**
   * Loads what the config names. If something cannot be loaded, that is a fault of the pipelines that use it, not of
   * the others.
   */
  async loadConfigured(): Promise<void> {
    const host = await this.host()
    const plugins = await this.plugins()
    for (const { name } of selectPlugins(plugins, namesConfigured(await this.config())))
      await host.load(withRequired(plugins, new Set([name]))).catch(() => undefined)
  }

  /** Hop 5. */
  session(): Promise<Session> {
    this.#session ??= Promise.all([this.config(), this.host()]).then(
      ([config, host]) => new Session({ config, host, logger: host.logger, redactor: this.redactor }),
    )
    return this.#session
  }

  host(): Promise<PluginHost> {
    this.#host ??= Promise.all([this.config(), this.plugins()]).then(([config, configured]) => {
      const logger = createLogger({ level: config.logLevel, redactor: this.redactor })
      this.#warnOfPlainSecrets(config, logger)
      const { add: keepSecret } = this.redactor
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
  async redacted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw MaestroError.is(error) ? this.redactor.error(error) : error
    }
  }

  /** Frees models, connections, engines, and the processes of plugins. */
  async dispose(): Promise<void> {
    const opening = this.#session
    this.#session = undefined
    await (await opening?.catch(() => undefined))?.dispose()
    for (const plugin of (await this.#discovered?.catch(() => undefined)) ?? []) await plugin.dispose?.()
  }
}
