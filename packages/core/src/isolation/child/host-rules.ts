/** A host that a plugin may connect to, as its manifest names it. */
interface HostRule {
  /** In small letters. */
  readonly name: string
  /** Whether the name stands for all names that end in it. */
  readonly isSuffix: boolean
  /** Missing if all ports are allowed. */
  readonly port: number | undefined
}

/*
 * The plugin shares the prototypes of this process and may replace their methods. What decides here therefore uses
 * functions that were taken before any code of the plugin ran, and objects without a prototype.
 */
const lower = Function.prototype.call.bind(String.prototype.toLowerCase) as (text: string) => string
const endsWith = Function.prototype.call.bind(String.prototype.endsWith) as (text: string, end: string) => boolean

/** The hosts that a plugin may connect to, and the addresses that their names have. */
export class HostRules {
  readonly #rules: readonly HostRule[]
  readonly #addresses: Record<string, true> = Object.create(null)

  /** @param hosts `api.acme.example`, `api.acme.example:8443`, `*.acme.example`, an IP address, or `*`. */
  constructor(hosts: readonly string[]) {
    this.#rules = hosts.map(ruleOf)
  }

  /** Whether a name may be looked up, and connected to at a port. @param port Undefined for a look-up. */
  allowsName(name: unknown, port?: number): boolean {
    if (typeof name !== 'string') return false
    const own = lower(name)
    for (let index = 0; index < this.#rules.length; index++) {
      const rule = this.#rules[index] as HostRule
      const isNamed = rule.isSuffix ? endsWith(own, rule.name) : own === rule.name
      if (isNamed && (port === undefined || rule.port === undefined || rule.port === port)) return true
    }
    return false
  }

  /** Whether a connection to an address is one to a host that is allowed. */
  allowsAddress(address: string, port: number): boolean {
    if (this.allowsName(address, port)) return true
    return this.#addresses[lower(address)] === true || this.#addresses[`${lower(address)} ${port}`] === true
  }

  /** Notes an address that a look-up of an allowed name has found. */
  found(name: string, address: string): void {
    const own = lower(name)
    for (let index = 0; index < this.#rules.length; index++) {
      const rule = this.#rules[index] as HostRule
      if (!(rule.isSuffix ? endsWith(own, rule.name) : own === rule.name)) continue
      this.#addresses[rule.port === undefined ? lower(address) : `${lower(address)} ${rule.port}`] = true
    }
  }
}

function ruleOf(host: string): HostRule {
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(host.trim().toLowerCase()) ?? []
  const bare = name.replace(/^\[|\]$/g, '')
  const isSuffix = bare.startsWith('*')
  return { name: isSuffix ? bare.slice(1) : bare, isSuffix, port: port === undefined ? undefined : Number(port) }
}
