import { inspect } from 'node:util'
import { MaestroError } from '../errors/maestro-error.js'

const secretName =
  /(api[-_]?key|access[-_]?key|private[-_]?key|secret|token|password|passwd|passphrase|authorization|credential|cookie)s?$/i
/** In the plural, tokens are the units of models. */
const countName = /tokens$/i

const blank = '[redacted]'

/**
 * Removes secrets from text: values under names that suggest a secret, and every value that was read from the
 * environment.
 */
export class SecretRedactor {
  /** Longest first, so that a secret that begins with another one is removed as a whole. */
  #secrets: readonly string[] = []

  /**
   * Adds a value that must never be shown. Very short values are ignored, because they would blank out ordinary text.
   */
  readonly add = (value: string): void => {
    if (value.length < 4 || this.#secrets.includes(value)) return
    this.#secrets = [...new Set([...this.#secrets, ...spellings(value)])].sort((a, b) => b.length - a.length)
  }

  text(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, blank)
    return clean
  }

  /** A copy of data without secrets, made of values that JSON supports. */
  data(value: unknown): unknown {
    return this.#copy(value, '', [])
  }

  /** The same error without secrets in its texts, details, and causes; the error itself if it contains none. */
  readonly error = (error: MaestroError): MaestroError => {
    if (!this.#isIn(error)) return error
    const { code, hint, retryable, stopsRun, plugin, step, rowId, tries } = error
    return new MaestroError({
      code,
      message: this.text(error.message),
      hint: hint === undefined ? undefined : this.text(hint),
      details: this.data(error.details) as Record<string, unknown>,
      retryable,
      stopsRun,
      cause: this.#cause(error.cause),
    }).at({ plugin, step, rowId, tries })
  }

  #cause(cause: unknown): unknown {
    if (MaestroError.is(cause)) return this.error(cause)
    if (!(cause instanceof Error)) return cause === undefined ? undefined : this.text(inspect(cause))
    const clean = new Error(this.text(cause.message), { cause: this.#cause(cause.cause) })
    return Object.assign(clean, { name: cause.name, stack: this.text(cause.stack ?? '') })
  }

  #isIn(error: unknown): boolean {
    if (this.#secrets.length === 0) return false
    const shown = inspect(error, { depth: 10, breakLength: Infinity, maxArrayLength: null, maxStringLength: null })
    return this.text(shown) !== shown
  }

  #copy(value: unknown, name: string, above: readonly object[]): unknown {
    if (isSecretName(name) && value !== undefined && value !== null) return blank
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Error) return this.text(value.message)
    if (value instanceof Date || value instanceof URL) return this.text(String(value.toJSON()))
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (above.includes(value)) return '[circular]'
    const here = [...above, value]
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, '', here))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#copy(item, key, here)]))
  }
}

/** The forms of a secret in text, in JSON, and in addresses. */
function spellings(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]
}

/** Whether the name of a setting suggests a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !countName.test(name)
}
