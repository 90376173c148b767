import type { StoredDocument } from './indexed-documents.js'

/** The documents of one origin that are in a store but did not arrive, and what is known of their absence. */
export interface MissingDocuments {
  readonly absent: readonly string[]
  /** The number of documents of the origin in the store. */
  readonly own: number
  /** The number of documents that arrived. */
  readonly arrived: number
  /** The documents of rejected rows; undefined if some rejected row does not say its document. */
  readonly rejected: ReadonlySet<string> | undefined
  /** Whether the source was read to its end. */
  readonly complete: boolean
  /** The number of documents, or their share of `own`, that may be deleted at once. A single one always may. */
  readonly maxDeleted: number | string
}

/**
 * The missing documents that were certainly removed. All others stay in the store.
 *
 * @param warn Receives the documents that stay, with the reason and what to do about it.
 */
export function deletableDocuments(
  { absent, own, arrived, rejected, complete, maxDeleted }: MissingDocuments,
  warn: (reason: string, documents: readonly string[]) => void,
): readonly string[] {
  const keep = (documents: readonly string[], reason: string): readonly string[] => {
    if (documents.length > 0) warn(reason, documents)
    return []
  }
  if (!complete) return keep(absent, 'not all rows were read.')
  if (arrived === 0) return keep(absent, 'no document arrived.')
  if (rejected === undefined)
    return keep(absent, 'some rejected rows do not say to which document they belong. Fix the rejected rows.')
  const unreadable = absent.filter((document) => rejected.has(document))
  keep(unreadable, 'their rows were rejected. Fix the documents, or remove them from the source.')
  const gone = absent.filter((document) => !rejected.has(document))
  const most = typeof maxDeleted === 'number' ? maxDeleted : (own * Number.parseFloat(maxDeleted)) / 100
  if (gone.length <= Math.max(1, most)) return gone
  return keep(
    gone,
    `${gone.length} of ${own} documents are missing, and \`maxDeleted\` allows ${maxDeleted}. If they are really gone, set \`maxDeleted: '100%'\` for one run.`,
  )
}

/**
 * The documents of rejected rows. The row of a document that could not be read contains its name in some column.
 *
 * @returns undefined if there are rows whose document is unknown
 */
export function documentsOf(
  rejected: readonly unknown[] | undefined,
  column: string,
  stored: ReadonlyMap<string, StoredDocument>,
): ReadonlySet<string> | undefined {
  if (rejected === undefined) return undefined
  const documents = new Set<string>()
  for (const row of rejected) {
    if (typeof row !== 'object' || row === null) return undefined
    const named: unknown = Reflect.get(row, column)
    const texts = Object.values(row).filter((value) => typeof value === 'string')
    const known = typeof named === 'string' ? [named] : texts.filter((text) => stored.has(text))
    if (known.length === 0) return undefined
    for (const document of known) documents.add(document)
  }
  return documents
}
