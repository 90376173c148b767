import type { EnvironmentLookup } from '../config/leave-out-environment.js'
import { resolveEnvironment } from '../config/resolve-environment.js'
import type { UsedComponent } from '../config/resolved-config.js'
import type { ContributionKind, Contributions } from '../contracts/hooks.js'
import type { Token } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import type { Registry } from '../plugins/registry.js'
import { checkComponentOptions, readComponentOptions } from './component-options.js'
import { type Disposable, disposeAll } from './dispose-all.js'

/** The kinds of components that the config names and that are made from options. */
export type ComponentKind = Exclude<ContributionKind, 'operators' | 'prompts' | 'storages'>

/** What making components takes. */
export interface ComponentContext {
  readonly registry: Registry
  /** The config file; undefined for a config given in code. */
  readonly path: string | undefined
  resolve(tokens: readonly Token<unknown>[]): readonly unknown[]
  keepSecret(value: string): void
}

/** Settings that every component of a kind takes beside its own options. */
export interface SharedSettings {
  has(name: string): boolean
  issues(settings: object, setting: string): readonly string[]
}

/** A component that is about to be made. */
export interface ComponentInMaking<Definition, Value> {
  readonly name: string
  /** Undefined for one given in code. */
  readonly definition: Definition | undefined
  /** Of those that every component of the kind takes. */
  readonly settings: object
  /** What the config says, without the values from the environment; undefined for one given in code. */
  readonly config: UsedComponent | undefined
  make(): Value
}

/** One kind of components, and where the config names them. */
export interface ComponentSpec<Kind extends ComponentKind, Value> {
  readonly kind: Kind
  /** What the config says of a name. */
  find(name: string): UsedComponent | Value | undefined
  names(): readonly string[]
  /** Where a component stands in the config. */
  setting(name: string): string
  /** The error for a name that the config does not have. */
  unknown(name: string, where: string): MaestroError
  readonly shared?: SharedSettings
  /** Makes it, perhaps with something around it. @default as it is */
  finish?(component: ComponentInMaking<Contributions[Kind], Value>): Value
}

/** The configured components of one kind: each is made when first asked for, and shared. */
export class ConfiguredComponents<Kind extends ComponentKind, Value> {
  readonly #spec: ComponentSpec<Kind, Value>
  readonly #context: ComponentContext
  readonly #made = new Map<string, Value>()

  constructor(spec: ComponentSpec<Kind, Value>, context: ComponentContext) {
    this.#spec = spec
    this.#context = context
  }

  get kind(): Kind {
    return this.#spec.kind
  }

  /**
   * The component of a name.
   *
   * @param where Who asks, for messages.
   * @throws what `unknown` of its kind says, MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID, MAESTRO_CONFIG_ENV_MISSING
   */
  get(name: string, where: string = this.#spec.setting(name)): Value {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const value = this.#make(name, where)
    this.#made.set(name, value)
    // One that could not be opened may be the next time.
    if (value instanceof Promise) value.catch(() => this.#made.delete(name))
    return value
  }

  /** What the config says of a name. @throws what `unknown` of its kind says */
  configured(name: string, where: string): UsedComponent | Value {
    const entry = this.#spec.find(name)
    if (entry === undefined) throw this.#spec.unknown(name, where)
    return entry
  }

  /**
   * What makes a component, and its options as the schema gives them back with the values from the environment left out.
   *
   * @throws MAESTRO_REGISTRY_UNKNOWN
   */
  checked(name: string, entry: UsedComponent): { readonly definition: Contributions[Kind]; readonly options: unknown } {
    const setting = this.#spec.setting(name)
    const definition = this.#context.registry.get(this.#spec.kind, entry.use, setting)
    return { definition, options: checkComponentOptions(definition, this.#split(entry).options, setting).value }
  }

  /** What is wrong with all components of the kind; see `faults`. */
  check(lookup?: EnvironmentLookup): readonly ComponentFault[] {
    return this.#spec.names().flatMap((name) => {
      const setting = this.#spec.setting(name)
      return this.faults(name, lookup).map((error) => ({ setting, error }))
    })
  }

  /**
   * What is wrong with a component, seen before it is made; values from the environment are left out unless `lookup` gives
   * them. When its plugin is not loaded, only its name is looked at.
   */
  faults(name: string, lookup?: EnvironmentLookup): readonly MaestroError[] {
    const entry = this.#spec.find(name)
    if (entry === undefined || !isUsed(entry)) return []
    const { kind, shared } = this.#spec
    const { registry } = this.#context
    const setting = this.#spec.setting(name)
    const { settings, options } = this.#split(entry)
    const issues = [...(shared?.issues(settings, setting) ?? [])]
    if (registry.isAnnounced(kind, entry.use)) return this.#invalid(issues)
    try {
      issues.push(...checkComponentOptions(registry.get(kind, entry.use, setting), options, setting, lookup).issues)
      return this.#invalid(issues)
    } catch (error) {
      if (!MaestroError.is(error)) throw error
      return [error, ...this.#invalid(issues)]
    }
  }

  /** @throws the first of `faults` */
  assertValid(name: string): void {
    const [fault] = this.faults(name)
    if (fault !== undefined) throw fault
  }

  /** Frees each component that was made, once. */
  async dispose(): Promise<void> {
    const made = [...this.#made.values()]
    this.#made.clear()
    const settled = await Promise.allSettled(made)
    await disposeAll(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value as Disposable] : [])))
  }

  #make(name: string, where: string): Value {
    const entry = this.configured(name, where)
    const { finish = ({ make }) => make() } = this.#spec
    if (!isUsed(entry))
      return finish({ name, definition: undefined, settings: {}, config: undefined, make: () => entry })
    const { kind, shared } = this.#spec
    const setting = this.#spec.setting(name)
    const { settings, options } = this.#split(entry)
    const [fault] = this.#invalid(shared?.issues(settings, setting) ?? [])
    if (fault !== undefined) throw fault
    const definition = this.#context.registry.get(kind, entry.use, setting)
    const config = { use: entry.use, ...options }
    const make = () => this.#create(definition, options, setting)
    return finish({ name, definition, settings, config, make })
  }

  #create(definition: Contributions[Kind], options: object, setting: string): Value {
    const { resolve, keepSecret } = this.#context
    const given = resolveEnvironment(options, setting, keepSecret) as object
    const { value, issues } = readComponentOptions(definition, given, setting)
    const [fault] = this.#invalid(issues)
    if (fault !== undefined) throw fault
    // What a definition of the kind makes is what the components of the kind are.
    return definition.create(value, resolve(definition.inject ?? [])) as Value
  }

  #invalid(issues: readonly string[]): readonly MaestroError[] {
    if (issues.length === 0) return []
    return [maestroError('MAESTRO_CONFIG_INVALID', { path: this.#context.path ?? 'given in code', issues })]
  }

  #split({ use: _, ...all }: UsedComponent): { readonly settings: object; readonly options: object } {
    const { shared } = this.#spec
    const part = (isShared: boolean) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => (shared?.has(name) ?? false) === isShared))
    return { settings: part(true), options: part(false) }
  }
}

/** Something that is wrong with a component of the config. */
export interface ComponentFault {
  /** Where it stands in the config, such as `servings.default`. */
  readonly setting: string
  readonly error: MaestroError
}

/** Whether the config names what makes it; else it was made in code. */
export function isUsed<Value>(entry: UsedComponent | Value): entry is UsedComponent {
  return typeof entry === 'object' && entry !== null && 'use' in entry
}
