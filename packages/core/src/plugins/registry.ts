import type { ContributionKind, Contributions, Registrar } from '../contracts/hooks.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { contributionNouns } from '../hooks/contribution-kinds.js'
import { officialPluginOf } from './known-plugins.js'

/** Everything that the loaded plugins contribute, by kind and name, with who brought it. Sealed after hop 6. */
export class Registry {
  readonly #entries = new Map<
    ContributionKind,
    Map<string, { readonly plugin: string; readonly definition: unknown }>
  >()
  /** Names that configured plugins would contribute, loaded or not; for suggestions. */
  readonly #announced: ReadonlyMap<ContributionKind, readonly string[]>
  #sealed = false

  constructor(announced: ReadonlyMap<ContributionKind, readonly string[]> = new Map()) {
    this.#announced = announced
  }

  /** What a plugin gets to add its contributions of one kind. */
  registrar<Kind extends ContributionKind>(kind: Kind, plugin: string): Registrar<Contributions[Kind]> {
    return { add: (definition) => this.#add(kind, plugin, definition) }
  }

  /** @throws MAESTRO_REGISTRY_UNKNOWN with the nearest known name */
  get<Kind extends ContributionKind>(kind: Kind, name: string, where: string): Contributions[Kind] {
    const entry = this.#entries.get(kind)?.get(name)
    // The map of a kind holds only what `registrar` of that kind took.
    if (entry !== undefined) return entry.definition as Contributions[Kind]
    const known = [...new Set([...this.names(kind), ...(this.#announced.get(kind) ?? [])])].sort()
    const plugin = officialPluginOf(name)
    const missing =
      plugin !== undefined && known.every((other) => officialPluginOf(other) !== plugin) ? plugin : undefined
    throw maestroError('MAESTRO_REGISTRY_UNKNOWN', {
      kind: contributionNouns[kind],
      name,
      where,
      known,
      suggestion: didYouMean(name, known),
      plugin: missing,
    })
  }

  has(kind: ContributionKind, name: string): boolean {
    return this.#entries.get(kind)?.has(name) ?? false
  }

  names(kind: ContributionKind): readonly string[] {
    return [...(this.#entries.get(kind)?.keys() ?? [])]
  }

  pluginOf(kind: ContributionKind, name: string): string | undefined {
    return this.#entries.get(kind)?.get(name)?.plugin
  }

  /** From here on nothing can be added. */
  seal(): this {
    this.#sealed = true
    return this
  }

  #add(kind: ContributionKind, plugin: string, definition: { readonly name: string }): void {
    const { name } = definition
    if (this.#sealed) throw maestroError('MAESTRO_REGISTRY_SEALED', { kind: contributionNouns[kind], name })
    const entries = this.#entries.get(kind) ?? new Map()
    const taken = entries.get(name)
    if (taken !== undefined)
      throw maestroError('MAESTRO_REGISTRY_DUPLICATE', {
        kind: contributionNouns[kind],
        name,
        first: taken.plugin,
        second: plugin,
      })
    this.#entries.set(kind, entries.set(name, { plugin, definition }))
  }
}
