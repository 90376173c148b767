/** One server, and its number of concurrent calls. */
export interface HostSettings {
  readonly url: string
  readonly concurrency: number
}

interface Host extends HostSettings {
  busy: number
  /** The end of its pause after it could not be reached, in milliseconds of `performance.now()`. */
  restsUntil: number
}

const restMilliseconds = 30_000

/**
 * Servers that share the calls: each call goes to the server with the most room. A server that cannot be reached pauses
 * for half a minute, unless no other is left.
 */
export class HostPool {
  readonly #hosts: readonly Host[]
  #waiting: (() => void)[] = []

  constructor(hosts: readonly HostSettings[]) {
    this.#hosts = hosts.map((host) => ({ ...host, busy: 0, restsUntil: 0 }))
  }

  get urls(): readonly string[] {
    return this.#hosts.map(({ url }) => url)
  }

  /** The number of calls that all hosts together process at once. */
  get concurrency(): number {
    return this.#hosts.reduce((sum, { concurrency }) => sum + concurrency, 0)
  }

  /**
   * Runs work on one host after the other until one can be reached.
   *
   * @param isUnreachable Whether a failure means that the host is down.
   * @throws the error of the last host if none can be reached, or the error of the work; the signal's reason
   */
  async use<Result>(
    work: (url: string) => Promise<Result>,
    isUnreachable: (error: unknown) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const tried = new Set<Host>()
    for (;;) {
      const host = await this.#take(tried, signal)
      try {
        return await work(host.url)
      } catch (error) {
        if (!isUnreachable(error)) throw error
        host.restsUntil = performance.now() + restMilliseconds
        tried.add(host)
        if (tried.size === this.#hosts.length) throw error
      } finally {
        host.busy--
        for (const look of this.#waiting.splice(0)) look()
      }
    }
  }

  async #take(tried: ReadonlySet<Host>, signal: AbortSignal | undefined): Promise<Host> {
    for (;;) {
      signal?.throwIfAborted()
      const host = this.#roomiest(tried)
      if (host !== undefined) {
        host.busy++
        return host
      }
      await this.#change(signal)
    }
  }

  #roomiest(tried: ReadonlySet<Host>): Host | undefined {
    const open = this.#hosts.filter((host) => !tried.has(host))
    const now = performance.now()
    const awake = open.filter(({ restsUntil }) => restsUntil <= now)
    const load = ({ busy, concurrency }: Host) => busy / concurrency
    return (awake.length > 0 ? awake : open)
      .filter((host) => host.busy < host.concurrency)
      .reduce<Host | undefined>(
        (best, host) => (best === undefined || load(host) < load(best) ? host : best),
        undefined,
      )
  }

  /** Waits until a host is free, or the signal is aborted. */
  async #change(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => resolve()
    this.#waiting.push(look)
    signal?.addEventListener('abort', look, { once: true })
    await promise
    signal?.removeEventListener('abort', look)
  }
}
