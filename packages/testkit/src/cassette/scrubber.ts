import { isEnvironmentValue } from '@maestro-dataflow/core'

const blank = '[redacted]'

/** Keys in the forms of providers, and what follows `Bearer`. */
const keyPatterns = [
  /\b(?:sk|pk|rk|gsk|hf|ghp|xai|AIza)[-_][A-Za-z0-9_-]{16,}/g,
  /(?<=\bBearer\s)[A-Za-z0-9._~+/=-]{8,}/gi,
]

/** Names under which settings and errors hold secrets. */
const secretName =
  /^(x-)?(api[-_]?key|access[-_]?key|secret([-_]?key)?|(access|auth)?[-_]?token|password|passphrase|(proxy-)?authorization|credentials?|cookie)$/i

/** Variables whose values are probably secrets. */
const secretVariable = /(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$/

/** Removes secrets from what is stored on a cassette. */
export class Scrubber {
  readonly #secrets: readonly string[]

  constructor(given: readonly string[]) {
    const fromEnvironment = Object.entries(process.env).flatMap(([name, value = '']) =>
      secretVariable.test(name) && value.length >= 8 ? [value] : [],
    )
    // Longest first, so that a secret that begins with another one is removed as a whole.
    this.#secrets = [...new Set([...given, ...fromEnvironment])]
      .filter((secret) => secret !== '')
      .sort((one, other) => other.length - one.length)
  }

  /** Requests and answers: secrets are recognized by their text, because names in them are data. */
  content<Value>(value: Value): Value {
    return this.#copy(value, false) as Value
  }

  /** Settings and details of errors: values under the name of a secret are removed too. */
  settings<Value>(value: Value): Value {
    return this.#copy(value, true) as Value
  }

  #copy(value: unknown, byName: boolean): unknown {
    if (typeof value === 'string') return this.#text(value)
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
    if (isEnvironmentValue(value)) return `env ${value.name}`
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, byName))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        this.#text(name),
        byName && typeof item === 'string' && secretName.test(name) ? blank : this.#copy(item, byName),
      ]),
    )
  }

  #text(text: string): string {
    const known = this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, blank), text)
    return keyPatterns.reduce((clean, pattern) => clean.replaceAll(pattern, blank), known)
  }
}
