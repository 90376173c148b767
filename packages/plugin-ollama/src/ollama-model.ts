import { boundedCall, type CallOptions, type Logger, MaestroError, untilAborted } from '@maestro-dataflow/core'
import type { Ollama } from 'ollama'
import { type Connection, connect, typedError } from './connect.js'
import { describeModel, type ModelDescription } from './describe-model.js'
import { HostPool } from './host-pool.js'
import { hostUrl } from './host-url.js'
import type { OllamaModelOptions } from './model-options.js'
import { pullModel } from './pull-model.js'

const defaults = { host: '127.0.0.1:11434', concurrency: 4, contextTokens: 4096 }

/** A model on one host. */
export interface ReadyModel {
  readonly client: Ollama
  /** The signal of the call. */
  readonly signal: AbortSignal
  /** The maximum tokens of prompt and answer together. */
  readonly contextTokens: number
  readonly description: ModelDescription
}

/** A model on one or several hosts. It finds a host for each call and pulls a missing model. */
export class OllamaModel {
  readonly hosts: HostPool
  readonly #serving: string
  readonly #options: OllamaModelOptions
  readonly #logger: Logger | undefined
  readonly #descriptions = new Map<string, ModelDescription>()
  readonly #pulls = new Map<string, Promise<void>>()
  /** The calls that wait for a pull. */
  readonly #watchers = new Set<() => void>()
  #stop = new AbortController()

  constructor(serving: string, options: OllamaModelOptions, logger: Logger | undefined) {
    this.#serving = serving
    this.#options = options
    this.#logger = logger
    const { host = process.env.OLLAMA_HOST || defaults.host } = options
    this.hosts = new HostPool(
      [host].flat().map((one) => {
        const { url, concurrency = defaults.concurrency } = typeof one === 'string' ? { url: one } : one
        return { url: hostUrl(url) ?? url, concurrency }
      }),
    )
  }

  /**
   * Runs the work of one call on a host that can be reached.
   *
   * @throws MAESTRO_SERVING_NOT_FOUND, _CONNECTION, _ABORTED, _TIMEOUT, and the errors of the host's answers,
   *   MAESTRO_OLLAMA_PULL
   */
  call<Result>(options: CallOptions, work: (model: ReadyModel) => Promise<Result>): Promise<Result> {
    const { signal, timeout } = options
    return boundedCall({ serving: this.#serving, signal, timeout }, (signal) =>
      this.hosts.use(
        (url) => this.#callOn(url, { ...options, signal }, work),
        (error) => MaestroError.is(error, 'MAESTRO_SERVING_CONNECTION'),
        signal,
      ),
    )
  }

  /** Ends all pulls. */
  async dispose(): Promise<void> {
    this.#stop.abort()
    this.#stop = new AbortController()
    await Promise.allSettled(this.#pulls.values())
  }

  async #callOn<Result>(
    url: string,
    { signal, onActivity }: CallOptions & { readonly signal: AbortSignal },
    work: (model: ReadyModel) => Promise<Result>,
  ): Promise<Result> {
    const connection = this.#connection(url, signal, onActivity)
    try {
      const client = await connect(connection)
      const description = this.#descriptions.get(url) ?? (await this.#describe(client, connection))
      this.#descriptions.set(url, description)
      const wanted = this.#options.contextTokens ?? description.contextTokens ?? defaults.contextTokens
      const contextTokens = Math.min(wanted, description.trainedTokens ?? wanted)
      return await work({ client, signal, contextTokens, description })
    } catch (error) {
      const typed = typedError(connection, error)
      // The model was removed since; the next call may pull it again.
      if (MaestroError.is(typed, 'MAESTRO_SERVING_NOT_FOUND')) this.#descriptions.delete(url)
      throw typed
    }
  }

  async #describe(client: Ollama, connection: Connection): Promise<ModelDescription> {
    const { model, pull = false } = this.#options
    try {
      return await describeModel(client, model)
    } catch (error) {
      const isMissing = MaestroError.is(error, 'MAESTRO_SERVING_NOT_FOUND') && error.details.fix !== undefined
      if (!pull || !isMissing) throw error
      await this.#pulled(connection)
      return describeModel(client, model)
    }
  }

  /** Waits for the pull that all calls share. The pull continues if this call is aborted. */
  async #pulled({ url, signal, onActivity }: Connection): Promise<void> {
    const pull = this.#pulls.get(url) ?? this.#beginPull(url)
    if (onActivity !== undefined) this.#watchers.add(onActivity)
    try {
      await untilAborted(pull, signal)
    } finally {
      if (onActivity !== undefined) this.#watchers.delete(onActivity)
    }
  }

  #beginPull(url: string): Promise<void> {
    const { model } = this.#options
    const connection = this.#connection(url, this.#stop.signal, undefined)
    const pull = (async () => {
      try {
        const client = await connect(connection)
        await pullModel(client, { model, host: url }, this.#logger, () => {
          for (const watch of this.#watchers) watch()
        })
      } catch (error) {
        throw typedError(connection, error)
      } finally {
        this.#pulls.delete(url)
      }
    })()
    // The waiting calls receive the failure; perhaps no call waits any more.
    pull.catch(() => undefined)
    this.#pulls.set(url, pull)
    return pull
  }

  #connection(url: string, signal: AbortSignal | undefined, onActivity: (() => void) | undefined): Connection {
    const { model, apiKey } = this.#options
    return { serving: this.#serving, model, url, apiKey, signal, onActivity }
  }
}
