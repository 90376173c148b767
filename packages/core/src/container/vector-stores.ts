import type { ResolvedConfig } from '../config/resolved-config.js'
import type { VectorStore } from '../contracts/vector-store.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { type ComponentContext, ConfiguredComponents } from './configured-components.js'

/** The vector stores of the config. Each is opened when it is first requested, and then shared. */
export function configuredVectorStores(
  vectorStores: ResolvedConfig['vectorStores'],
  context: ComponentContext,
): ConfiguredComponents<'vectorStores', Promise<VectorStore>> {
  const known = Object.keys(vectorStores)
  return new ConfiguredComponents<'vectorStores', Promise<VectorStore>>(
    {
      kind: 'vectorStores',
      find(name) {
        const entry = Object.hasOwn(vectorStores, name) ? vectorStores[name] : undefined
        // A store that was created in code exists already.
        return entry !== undefined && 'addVectors' in entry && !('use' in entry)
          ? Promise.resolve(entry as VectorStore)
          : entry
      },
      names: () => known,
      setting: (name) => `vectorStores.${name}`,
      unknown: (name, where) =>
        maestroError('MAESTRO_VECTORS_UNKNOWN', { name, known, where, suggestion: didYouMean(name, known) }),
    },
    context,
  )
}
