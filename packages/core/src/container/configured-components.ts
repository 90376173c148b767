import type { EnvironmentLookup } from '../config/leave-out-environment.js'
import { resolveEnvironment } from '../config/resolve-environment.js'
import type { UsedComponent } from '../config/resolved-config.js'
import type { ContributionKind, Contributions } from '../contracts/hooks.js'
import type { Token } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import type { Registry } from '../plugins/registry.js'
import { checkComponentOptions, readComponentOptions } from './component-options.js'
import { type Disposable, disposeAll, disposedInTime } from './dispose-all.js'

/** The kinds of components that the config names and that are created from options. */
export type ComponentKind = Exclude<ContributionKind, 'operators' | 'prompts' | 'storages'>

/** What the creation of components needs. */
export interface ComponentContext {
  readonly registry: Registry
  /** The config file; undefined for a config in code. */
  readonly path: string | undefined
  resolve(tokens: readonly Token<unknown>[]): readonly unknown[]
  keepSecret(value: string): void
}

/** Settings that every component of a kind accepts besides its own options. */
export interface SharedSettings {
  has(name: string): boolean
  issues(settings: object, setting: string): readonly string[]
}

/** A component that is about to be created. */
export interface ComponentInMaking<Definition, Value> {
  readonly name: string
  /** Undefined for a component that was created in code. */
  readonly definition: Definition | undefined
  /** The settings that every component of the kind accepts. */
  readonly settings: object
  /**
   * The text of the config, without the values from the environment; undefined for a component that was created in
   * code.
   */
  readonly config: UsedComponent | undefined
  make(): Value
}

/** One kind of components, and its place in the config. */
export interface ComponentSpec<Kind extends ComponentKind, Value> {
  readonly kind: Kind
  /** The text of the config for a name. */
  find(name: string): UsedComponent | Value | undefined
  names(): readonly string[]
  /** The place of a component in the config. */
  setting(name: string): string
  /** The error for a name that the config does not have. */
  unknown(name: string, where: string): MaestroError
  readonly shared?: SharedSettings
  /** Finishes the creation, possibly with a wrapper. @default unchanged */
  finish?(component: ComponentInMaking<Contributions[Kind], Value>): Value
}

/** The configured components of one kind. Each is created when it is first requested, and then shared. */
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
   * The component with a name.
   *
   * @param where The caller, for messages.
   * @throws the error of the kind's `unknown`, MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID,
   *   MAESTRO_CONFIG_ENV_MISSING
   */
  get(name: string, where: string = this.#spec.setting(name)): Value {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const value = this.#make(name, where)
    this.#made.set(name, value)
    // A component that could not be opened may be available the next time.
    if (value instanceof Promise) value.catch(() => this.#made.delete(name))
    return value
  }

  /** The text of the config for a name. @throws the error of the kind's `unknown` */
  configured(name: string, where: string): UsedComponent | Value {
    const entry = this.#spec.find(name)
    if (entry === undefined) throw this.#spec.unknown(name, where)
    return entry
  }

  /**
   * The definition of a component, and its options as the schema returns them, without the values from the environment.
   *
   * @throws MAESTRO_REGISTRY_UNKNOWN
   */
  checked(name: string, entry: UsedComponent): { readonly definition: Contributions[Kind]; readonly options: unknown } {
    const setting = this.#spec.setting(name)
    const definition = this.#context.registry.get(this.#spec.kind, entry.use, setting)
    return { definition, options: checkComponentOptions(definition, this.#split(entry).options, setting).value }
  }

  /** The faults of all components of the kind; see `faults`. */
  check(lookup?: EnvironmentLookup): readonly ComponentFault[] {
    return this.#spec.names().flatMap((name) => {
      const setting = this.#spec.setting(name)
      return this.faults(name, lookup).map((error) => ({ setting, error }))
    })
  }

  /**
   * The faults of a component before it is created, without the values from the environment that `lookup` does not
   * return. If its plugin is not loaded, only its name is checked.
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

  /** Disposes each component that was created, once. */
  async dispose(): Promise<void> {
    const made = [...this.#made]
    this.#made.clear()
    const things = made.map(([name, value]) =>
      disposedInTime(this.#spec.setting(name), {
        async dispose() {
          // One that is still opened is waited for, too; one that failed to open holds nothing.
          const opened = await Promise.resolve(value).catch(() => undefined)
          await (opened as Disposable | undefined)?.dispose?.()
        },
      }),
    )
    await disposeAll(things)
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
    // A definition of the kind creates components of the kind.
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

/** A fault of a component in the config. */
export interface ComponentFault {
  /** The place in the config, such as `servings.default`. */
  readonly setting: string
  readonly error: MaestroError
}

/** Whether the config names the definition; otherwise, the component was created in code. */
export function isUsed<Value>(entry: UsedComponent | Value): entry is UsedComponent {
  return typeof entry === 'object' && entry !== null && 'use' in entry
}
