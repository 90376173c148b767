import { createDiskCache } from '../builtin/disk-cache.js'
import { createMemoryCache } from '../builtin/memory-cache.js'
import { resolveEnvironment } from '../config/resolve-environment.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { bytesOf } from '../contracts/byte-size.js'
import { millisecondsOf } from '../contracts/duration.js'
import type { Logger } from '../contracts/logger.js'
import type { ResponseCache } from '../contracts/response-cache.js'
import type { CacheConfig } from '../contracts/serving-settings.js'
import type { Registry } from '../plugins/registry.js'
import { validOptions } from './valid-options.js'

/** What the configured cache needs. */
export interface CacheContext {
  readonly config: Pick<ResolvedConfig, 'path' | 'cache' | 'stateDirectory'>
  readonly registry: Registry
  readonly logger: Logger
  /** The answers that this process keeps. */
  memory(): ResponseCache
  keepSecret(value: string): void
}

const defaultMemory = 256 * 1024 * 1024

/** The cache of the config: on the disk, in memory, or contributed. */
export class ConfiguredCache {
  readonly #context: CacheContext

  constructor(context: CacheContext) {
    this.#context = context
  }

  /** @throws MAESTRO_REGISTRY_UNKNOWN when the config names a cache that is not there */
  check(): void {
    const { use } = this.#settings()
    if (use !== 'disk' && use !== 'memory') this.#context.registry.get('caches', use, 'cache')
  }

  /** @throws MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID for options that a contributed cache does not take */
  create(): ResponseCache {
    const { config, registry, logger, memory, keepSecret } = this.#context
    const { use, ...options } = this.#settings()
    if (use === 'memory') return memory()
    if (use === 'disk') return createDiskCache({ stateDirectory: config.stateDirectory, logger, ...boundsOf(options) })
    const definition = registry.get('caches', use, 'cache')
    const given = resolveEnvironment(options, 'cache', keepSecret) as object
    return definition.create(validOptions(definition, given, 'cache', config.path ?? 'given in code'))
  }

  /** With `cache: false` an operator that asks for a cache of its own gets one in memory. */
  #settings(): CacheConfig & { readonly use: string } {
    const { cache } = this.#context.config
    return cache === false ? { use: 'memory' } : { ...cache, use: cache.use ?? 'disk' }
  }
}

/** The answers in memory, for all pipelines of a project. */
export function createConfiguredMemory(cache: CacheConfig | false): ResponseCache {
  const bounds = { maxBytes: defaultMemory, ...(cache === false ? {} : boundsOf(cache)) }
  return createMemoryCache({ maxEntries: Number.POSITIVE_INFINITY, ...bounds })
}

function boundsOf({ maxSize, ttl }: Pick<CacheConfig, 'maxSize' | 'ttl'>) {
  return {
    ...(maxSize === undefined ? {} : { maxBytes: bytesOf(maxSize) }),
    ...(ttl === undefined ? {} : { ttl: millisecondsOf(ttl) }),
  }
}
