import { contributionKinds, contributionNouns } from '../contracts/contribution-kinds.js'
import type { ContributionKind, Contributions, Registrar } from '../contracts/hooks.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { officialPluginOf } from './known-plugins.js'

interface Entry {
  readonly plugin: string
  readonly definition: unknown
}

/** The contributions of plugins, by kind and name, with the plugin of each. Nothing can be added once it is sealed. */
export class Registry {
  readonly #entries = new Map<ContributionKind, Map<string, Entry>>()
  /** The names that configured plugins contribute, loaded or not, for suggestions. */
  readonly #announced: ReadonlyMap<ContributionKind, readonly string[]>
  #sealed = false

  constructor(announced: ReadonlyMap<ContributionKind, readonly string[]> = new Map()) {
    this.#announced = announced
  }

  /** The function with which a plugin adds its contributions of one kind. */
  registrar<Kind extends ContributionKind>(kind: Kind, plugin: string): Registrar<Contributions[Kind]> {
    return { add: (definition) => this.#add(kind, plugin, definition) }
  }

  /** @throws MAESTRO_REGISTRY_UNKNOWN with the most similar known name */
  get<Kind extends ContributionKind>(kind: Kind, name: string, where: string): Contributions[Kind] {
    const entry = this.#entries.get(kind)?.get(name)
    // The map of a kind holds only what the `registrar` of that kind accepted.
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

  /** Whether a configured plugin that is not loaded yet contributes it. */
  isAnnounced(kind: ContributionKind, name: string): boolean {
    return !this.has(kind, name) && (this.#announced.get(kind)?.includes(name) ?? false)
  }

  names(kind: ContributionKind): readonly string[] {
    return [...(this.#entries.get(kind)?.keys() ?? [])]
  }

  pluginOf(kind: ContributionKind, name: string): string | undefined {
    return this.#entries.get(kind)?.get(name)?.plugin
  }

  /** Everything that one plugin contributed. */
  of(plugin: string): readonly { readonly kind: ContributionKind; readonly name: string }[] {
    return contributionKinds.flatMap((kind) =>
      this.names(kind).flatMap((name) => (this.pluginOf(kind, name) === plugin ? [{ kind, name }] : [])),
    )
  }

  /** Takes over the contents of another registry: all of it, or nothing. @throws MAESTRO_REGISTRY_DUPLICATE */
  merge(other: Registry): void {
    const entries = [...other.#entries].flatMap(([kind, named]) =>
      [...named].map(([name, entry]) => ({ kind, name, entry })),
    )
    for (const { kind, name, entry } of entries) this.#assertFree(kind, name, entry.plugin)
    for (const { kind, name, entry } of entries) this.#set(kind, name, entry)
  }

  /** Nothing can be added from here on. */
  seal(): this {
    this.#sealed = true
    return this
  }

  #add(kind: ContributionKind, plugin: string, definition: { readonly name: string }): void {
    const { name } = definition
    if (this.#sealed) throw maestroError('MAESTRO_REGISTRY_SEALED', { kind: contributionNouns[kind], name })
    this.#assertFree(kind, name, plugin)
    this.#set(kind, name, { plugin, definition })
  }

  #set(kind: ContributionKind, name: string, entry: Entry): void {
    this.#entries.set(kind, (this.#entries.get(kind) ?? new Map<string, Entry>()).set(name, entry))
  }

  #assertFree(kind: ContributionKind, name: string, plugin: string): void {
    const taken = this.#entries.get(kind)?.get(name)
    if (taken === undefined) return
    const details = { kind: contributionNouns[kind], name, first: taken.plugin, second: plugin }
    throw maestroError('MAESTRO_REGISTRY_DUPLICATE', details)
  }
}
