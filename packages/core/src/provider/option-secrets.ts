import { createHash } from 'node:crypto'

const secretName =
  /(api|access|secret|private|account).?key|secret|password|authorization|credential|(auth|access|api|session).?token|headers/i

/** The options of a model without keys, passwords, and headers, at any depth, for the identity of a serving. */
export function withoutSecrets(options: object): object {
  return pick(options, (name) => !secretName.test(name))
}

/**
 * A hash of what identifies the account of the calls: the provider, and the keys and addresses in its options. Servings
 * of one account share their limits.
 */
export function accountOf(provider: string, options: object): string {
  const parts = pick(
    options,
    (name, value) => secretName.test(name) || /url|endpoint|host/i.test(name) || isPlain(value),
  )
  return createHash('sha256')
    .update(JSON.stringify([provider, parts]))
    .digest('hex')
}

function pick(options: object, isKept: (name: string, value: unknown) => boolean): object {
  const kept = Object.entries(options).filter(([name, value]) => isKept(name, value))
  return Object.fromEntries(kept.map(([name, value]) => [name, isPlain(value) ? pick(value, isKept) : value]))
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
