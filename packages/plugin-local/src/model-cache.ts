import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ByteSize, bytesOf, type Duration, millisecondsOf, untilAborted } from '@maestro-dataflow/core'

/** A value that a cache can hold: it knows how to free itself. */
export interface Disposable {
  dispose(): void | Promise<void>
}

/**
 * The identity of a loaded value: a name and the config with which it was loaded. A key always stands for one type of
 * value.
 */
export interface ModelKey {
  readonly name: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** The right to use a loaded value until it is released. */
export interface ModelLease<T> {
  readonly value: T
  /** Releases the value; a second call does nothing. */
  release(): void
}

/** How long, and up to which size, a `ModelCache` keeps values that nobody uses. */
export interface ModelCacheOptions {
  /** How long an unused value stays. @default '5m' */
  readonly keepAlive?: Duration | undefined
  /**
   * Beyond this sum, unused values are freed, least recently used first. Values in use are never freed, so the sum may
   * be larger. @default half of the machine's memory
   */
  readonly memory?: ByteSize | undefined
}

/** How a value is acquired from a `ModelCache`. */
export interface AcquireOptions<T> {
  /** The memory of the value: a number (space is made before loading), or read from the value. @default 0 */
  readonly bytes?: number | ((value: T) => number)
  /** Ends the waiting; the loading itself stops when nobody waits for it any more. */
  readonly signal?: AbortSignal
}

interface Entry {
  readonly loading: Promise<Disposable>
  readonly stop: AbortController
  loaded?: Disposable
  bytes: number
  users: number
  /** When it was last released, as a count. */
  unusedSince: number
  timer?: NodeJS.Timeout
}

/**
 * Holds loaded models, which all callers with the same name and config share, and frees unused ones by idle time and by
 * memory. Its timers do not keep the process alive.
 *
 * @example
 * const lease = await cache.acquire({ name: path, config: { gpu: false } }, () => llama.loadModel({ modelPath: path }))
 * lease.value.tokenize('...')
 * lease.release()
 */
export class ModelCache {
  readonly #entries = new Map<string, Entry>()
  readonly #freeing = new Set<Promise<void>>()
  readonly #keepAlive: number
  readonly #memory: number
  #releases = 0

  constructor({ keepAlive = '5m', memory = totalmem() / 2 }: ModelCacheOptions = {}) {
    this.#keepAlive = millisecondsOf(keepAlive)
    this.#memory = bytesOf(memory)
  }

  /** The number of values that are loaded or being loaded. */
  get size(): number {
    return this.#entries.size
  }

  /** The memory of all loaded values. */
  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
  }

  /**
   * Returns the value of this key, and loads it if it is missing; concurrent calls load it once. A failed load is not
   * stored, so the next call tries again.
   */
  async acquire<T extends Disposable>(
    key: ModelKey,
    load: (signal: AbortSignal) => Promise<T>,
    options: AcquireOptions<T> = {},
  ): Promise<ModelLease<T>> {
    options.signal?.throwIfAborted()
    const id = idOf(key)
    const entry = this.#entries.get(id) ?? this.#begin(id, load, options.bytes ?? 0)
    entry.users++
    clearTimeout(entry.timer)
    let released = false
    const release = () => {
      if (released) return
      released = true
      this.#giveBack(id, entry)
    }
    try {
      // A key stands for one type of value, so the value that was loaded for it is a T.
      const value = (await untilAborted(entry.loading, options.signal)) as T
      return { value, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /**
   * Frees everything, including values in use, and stops loads in progress. The cache is then empty and can be used
   * again.
   */
  async dispose(): Promise<void> {
    for (const [id, entry] of [...this.#entries]) void this.#remove(id, entry)
    // A value that is freed may release other values that it was made of.
    while (this.#freeing.size > 0) await Promise.all(this.#freeing)
  }

  #begin<T extends Disposable>(
    id: string,
    load: (signal: AbortSignal) => Promise<T>,
    bytes: number | ((value: T) => number),
  ): Entry {
    const known = typeof bytes === 'number' ? bytes : 0
    const stop = new AbortController()
    const work = async () => {
      await this.#makeRoom(known)
      stop.signal.throwIfAborted()
      const value = await load(stop.signal)
      if (stop.signal.aborted) {
        await value.dispose()
        throw stop.signal.reason
      }
      entry.loaded = value
      entry.bytes = typeof bytes === 'number' ? bytes : bytes(value)
      void this.#makeRoom(0)
      return value
    }
    const loading = Promise.resolve().then(work)
    const entry: Entry = { loading, stop, bytes: 0, users: 0, unusedSince: 0 }
    this.#entries.set(id, entry)
    loading.catch(() => {
      if (this.#entries.get(id) === entry) this.#entries.delete(id)
    })
    return entry
  }

  #giveBack(id: string, entry: Entry): void {
    entry.users--
    if (entry.users > 0 || this.#entries.get(id) !== entry) return
    entry.unusedSince = ++this.#releases
    if (entry.loaded === undefined) {
      void this.#remove(id, entry)
      return
    }
    entry.timer = setTimeout(() => void this.#remove(id, entry), this.#keepAlive).unref()
    void this.#makeRoom(0)
  }

  /** Frees unused values until the given bytes fit. */
  async #makeRoom(bytes: number): Promise<void> {
    const unused = [...this.#entries]
      .filter(([, entry]) => entry.users === 0 && entry.loaded !== undefined)
      .sort(([, a], [, b]) => a.unusedSince - b.unusedSince)
    const freed: Promise<void>[] = []
    for (const [id, entry] of unused) {
      if (this.bytes + bytes <= this.#memory) break
      freed.push(this.#remove(id, entry))
    }
    await Promise.all(freed)
  }

  #remove(id: string, entry: Entry): Promise<void> {
    this.#entries.delete(id)
    clearTimeout(entry.timer)
    entry.stop.abort()
    const freed = entry.loading
      .then((value) => withinPatience(value.dispose()))
      // A failed load left nothing behind. If freeing a value fails, nothing more can be done.
      .catch(() => undefined)
      .then(() => {
        this.#freeing.delete(freed)
      })
    this.#freeing.add(freed)
    return freed
  }
}

/**
 * The milliseconds after which a value that cannot be freed is left until the end of the process, so that nobody waits
 * forever.
 */
const patience = 10_000

async function withinPatience(freeing: Promise<void> | void): Promise<void> {
  const stop = new AbortController()
  // Waiting must not keep the process alive.
  const late = sleep(patience, undefined, { ref: false, signal: stop.signal })
  await Promise.race([freeing, late]).finally(() => stop.abort())
}

let shared: ModelCache | undefined

/** The cache that the servings of this process share. */
export function sharedModelCache(): ModelCache {
  shared ??= new ModelCache()
  return shared
}

/** A text that is the same for the same name and config, whatever the order of the config's keys. */
function idOf({ name, config = {} }: ModelKey): string {
  return JSON.stringify([name, config], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
