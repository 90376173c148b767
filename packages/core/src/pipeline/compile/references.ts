/** The name of another source with its options, as an option of an operator. */
export type Reference = { readonly use: string } & Readonly<Record<string, unknown>>

/** Whether the value of an option names a source. */
export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'use' in value && typeof value.use === 'string'
}

/** The sources that an option names: one, or several by a name. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (isReference(value)) return [value]
  return isRecord(value) ? Object.values(value).filter(isReference) : []
}

/** The same option, in which each source is replaced. */
export function withReferences(value: unknown, replace: (reference: Reference) => unknown): unknown {
  if (isReference(value)) return replace(value)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, isReference(one) ? replace(one) : one] as const),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
