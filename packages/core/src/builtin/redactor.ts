const secretName = /(api[-_]?key|secret|token|password|passwd|authorization|credential)s?$/i
/** Names that end like a secret's and hold counts. */
const countName = /^(max|input|output|context|cached|reasoning|total)?[-_]?tokens?$/i

/** Keeps secrets out of text: values under secret-looking names, and every value that was read from the environment. */
export class Redactor {
  readonly #secrets = new Set<string>()

  /** Remembers a value that must never show. Very short ones are left alone: they would blank out common text. */
  readonly add = (value: string): void => {
    if (value.length >= 4) this.#secrets.add(value)
  }

  text(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[redacted]')
    return clean
  }

  /** A copy of data with secrets blanked out. */
  data(value: unknown, name = ''): unknown {
    if (isSecretName(name) && value !== undefined && value !== null) return '[redacted]'
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Error) return this.text(value.message)
    if (Array.isArray(value)) return value.map((item) => this.data(item))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.data(item, key)]))
  }
}

/** Whether a setting of this name is likely to hold a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !countName.test(name)
}
