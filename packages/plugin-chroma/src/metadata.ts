import type { VectorEntry, VectorMetadata } from '@maestro-dataflow/core'

type Stored = Readonly<Record<string, string | number | boolean>>

/** The prefix of names that are not the user's. */
const own = 'maestro.'
const keyOf = `${own}key.`
const nullOf = `${own}null.`
const withoutText = `${own}without-text`
const isEmpty = `${own}empty`

/** Names that Chroma reserves or refuses. */
const isReserved = (name: string) => name === '' || name.startsWith(own) || /^[$#]|^chroma:/.test(name)

const storedName = (name: string) => (isReserved(name) ? keyOf + name : name)

/** What is stored beside a vector: metadata in Chroma's form, which has no null and no entry without a text. */
export function encodeEntry({ text, metadata }: VectorEntry): { readonly document: string; readonly metadata: Stored } {
  const values = Object.entries(metadata ?? {}).map(([name, value]): readonly [string, string | number | boolean] =>
    value === null ? [nullOf + name, true] : [storedName(name), value],
  )
  return {
    document: text ?? '',
    metadata: {
      ...Object.fromEntries(values),
      ...(text === undefined ? { [withoutText]: true } : {}),
      ...(metadata !== undefined && values.length === 0 ? { [isEmpty]: true } : {}),
    },
  }
}

/** The stored entry. Entries of other programs are read unchanged. */
export function decodeEntry(
  id: string,
  document: string | null | undefined,
  stored: Readonly<Record<string, unknown>> | null | undefined,
): VectorEntry {
  const all = Object.entries(stored ?? {})
  const values = all.flatMap(([name, value]): (readonly [string, VectorMetadata[string]])[] => {
    if (name === withoutText || name === isEmpty) return []
    if (name.startsWith(nullOf)) return [[name.slice(nullOf.length), null]]
    if (!['string', 'number', 'boolean'].includes(typeof value)) return []
    return [[name.startsWith(keyOf) ? name.slice(keyOf.length) : name, value as string | number | boolean]]
  })
  const hasText = document !== null && document !== undefined && !all.some(([name]) => name === withoutText)
  const hasMetadata = values.length > 0 || all.some(([name]) => name === isEmpty)
  return {
    id,
    ...(hasText ? { text: document } : {}),
    ...(hasMetadata ? { metadata: Object.fromEntries(values) } : {}),
  }
}

/** A filter in Chroma's form; undefined for none. */
export function encodeFilter(filter: VectorMetadata = {}): object | undefined {
  const conditions = Object.entries(filter).map(([name, value]) =>
    value === null ? { [nullOf + name]: { $eq: true } } : { [storedName(name)]: { $eq: value } },
  )
  return conditions.length > 1 ? { $and: conditions } : conditions[0]
}

/**
 * The names of stored metadata that no longer exist: Chroma merges metadata and removes only what it is told to remove.
 */
export function forgotten(
  before: Readonly<Record<string, unknown>> | null | undefined,
  now: Stored,
): Readonly<Record<string, null>> {
  return Object.fromEntries(
    Object.keys(before ?? {})
      .filter((name) => !Object.hasOwn(now, name))
      .map((name) => [name, null]),
  )
}
