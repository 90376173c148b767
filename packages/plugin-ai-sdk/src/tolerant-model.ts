import { tolerantFetch, withTolerance } from '@maestro-dataflow/core'

/** The project's `fetch`, or a user's own one, whose replies the packages can read. */
export function tolerantOf(own: unknown): typeof fetch {
  return isFetch(own) ? withTolerance(own) : tolerantFetch
}

/**
 * Lets a model that was created in code send its calls as one that the config names. The packages keep the `fetch` of a
 * model in its `config`; another model stays as it is.
 */
export function withTolerantFetch<Model extends object>(model: Model): Model {
  const config: unknown = Reflect.get(model, 'config')
  if (typeof config === 'object' && config !== null && 'fetch' in config)
    Reflect.set(model, 'config', { ...config, fetch: tolerantOf(config.fetch) })
  return model
}

const isFetch = (value: unknown): value is typeof fetch => typeof value === 'function'
