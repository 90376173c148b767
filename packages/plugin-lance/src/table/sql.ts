import type { VectorMetadata, VectorSelection } from '@maestro-dataflow/core'

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const list = (texts: readonly string[]): string => texts.map(quoted).join(', ')

/** One condition as a term of the rows that have this value. Texts, numbers, and booleans are distinct. */
const term = ([name, value]: readonly [string, unknown]): string => JSON.stringify([name, value])

/** The terms by which a row can be found. */
export function termsOf(metadata: VectorMetadata = {}): readonly string[] {
  return Object.entries(metadata).map(term)
}

/** The predicate of a filter; undefined if it matches everything. */
export function filterPredicate(filter: VectorMetadata = {}): string | undefined {
  const terms = termsOf(filter)
  return terms.length === 0 ? undefined : `array_has_all(terms, [${list(terms)}])`
}

export function idPredicate(ids: readonly string[]): string {
  return `id IN (${list(ids)})`
}

/** The predicate of a selection; undefined if it selects everything. */
export function selectionPredicate({ ids, filter }: VectorSelection): string | undefined {
  const parts = [ids === undefined ? undefined : idPredicate(ids), filterPredicate(filter)]
  return parts.filter((part) => part !== undefined).join(' AND ') || undefined
}
