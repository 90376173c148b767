import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ByteSize, bytesOf, type Duration, millisecondsOf, untilAborted } from '@maestro-dataflow/core'

/** What a cache can keep: it knows how to free itself. */
export interface Disposable {
  dispose(): void | Promise<void>
}

/** What makes two loaded things the same: a name and what it was loaded with. One key is always one kind of thing. */
export interface ModelKey {
  readonly name: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** The right to use a loaded thing until it is given back. */
export interface ModelLease<T> {
  readonly value: T
  /** Gives it back; a second call does nothing. */
  release(): void
}

export interface ModelCacheOptions {
  /** How long a thing that nobody uses stays. @default '5m' */
  readonly keepAlive?: Duration | undefined
  /**
   * Beyond this sum, things that nobody uses are freed, the one unused for the longest time first. What is in use is
   * never freed, so the sum can be larger. @default half of the machine's memory
   */
  readonly memory?: ByteSize | undefined
}

export interface AcquireOptions<T> {
  /** Memory that the thing takes: a number (room is made before loading), or read from the thing. @default 0 */
  readonly bytes?: number | ((value: T) => number)
  /** Stops the waiting; the loading itself stops when nobody waits for it any more. */
  readonly signal?: AbortSignal
}

interface Entry {
  readonly loading: Promise<Disposable>
  readonly stop: AbortController
  loaded?: Disposable
  bytes: number
  users: number
  /** When it was last given back, as a count. */
  unusedSince: number
  timer?: NodeJS.Timeout
}

/**
 * Keeps loaded models, shared by all that ask for the same name and config, and frees those that nobody uses by idle
 * time and by memory. Its timers keep no process alive.
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

  /** How many things are loaded or being loaded. */
  get size(): number {
    return this.#entries.size
  }

  /** The sum of what the loaded things take. */
  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
  }

  /**
   * The thing of this key, loaded if it is not there; asked twice at once it is loaded once. A load that fails is not
   * kept: the next call tries again.
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
      // One key is one kind of thing, so what was loaded for it is a T.
      const value = (await untilAborted(entry.loading, options.signal)) as T
      return { value, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Frees everything, also what is in use, and stops what is being loaded. The cache is then empty and can be used again. */
  async dispose(): Promise<void> {
    for (const [id, entry] of [...this.#entries]) void this.#remove(id, entry)
    // What is freed may give back what it was made of.
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

  /** Frees unused things until so many bytes more fit. */
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
      // A load that failed left nothing behind; a thing that fails while it frees itself cannot be freed better.
      .catch(() => undefined)
      .then(() => {
        this.#freeing.delete(freed)
      })
    this.#freeing.add(freed)
    return freed
  }
}

/** Milliseconds after which a thing that does not go is left to the end of the process: nobody should wait for ever. */
const patience = 10_000

async function withinPatience(freeing: Promise<void> | void): Promise<void> {
  const stop = new AbortController()
  // What is waited for must not keep the process alive by itself.
  const late = sleep(patience, undefined, { ref: false, signal: stop.signal })
  await Promise.race([freeing, late]).finally(() => stop.abort())
}

let shared: ModelCache | undefined

/** The cache that the servings of this process share. */
export function sharedModelCache(): ModelCache {
  shared ??= new ModelCache()
  return shared
}

/** The same name and config give the same text, whatever the order of the config's keys. */
function idOf({ name, config = {} }: ModelKey): string {
  return JSON.stringify([name, config], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
