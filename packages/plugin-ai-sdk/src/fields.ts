export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value that a package took over from a reply without checking it; empty if it has no fields. */
export const asFields = (value: unknown): Fields => (isFields(value) ? value : {})
