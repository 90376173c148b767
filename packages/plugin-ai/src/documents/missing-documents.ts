import type { RejectedRow } from '@maestro-dataflow/core'
import type { StoredDocument } from './indexed-documents.js'

/** The documents of rejected rows. */
export interface RejectedDocuments {
  /** Why the rows of each document were rejected. */
  readonly reasons: ReadonlyMap<string, string>
  /** Rejected rows that do not say their document; undefined if there were too many rejected rows to list. */
  readonly unknown: readonly RejectedRow[] | undefined
}

/** The documents of one origin that are in a store but did not arrive, and what is known of their absence. */
export interface MissingDocuments {
  readonly absent: readonly string[]
  /** The number of documents of the origin in the store. */
  readonly own: number
  /** The number of documents that arrived. */
  readonly arrived: number
  readonly rejected: RejectedDocuments
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
  const { reasons, unknown } = rejected
  if (unknown === undefined) return keep(absent, 'too many rows were rejected to compare them. Fix the rejected rows.')
  const [first] = unknown
  if (first !== undefined)
    return keep(
      absent,
      `${unknown.length} rejected rows do not say to which document they belong, for example ${first.rowId}: ${first.error.message} Fix the rejected rows.`,
    )
  const unreadable = absent.filter((document) => reasons.has(document))
  keep(unreadable, `${reasonOf(unreadable, reasons)} Fix the documents, or remove them from the source.`)
  const gone = absent.filter((document) => !reasons.has(document))
  const most = typeof maxDeleted === 'number' ? maxDeleted : (own * Number.parseFloat(maxDeleted)) / 100
  if (gone.length <= Math.max(1, most)) return gone
  return keep(
    gone,
    `${gone.length} of ${own} documents are missing, and \`maxDeleted\` allows ${maxDeleted}. If they are really gone, set \`maxDeleted: '100%'\` for one run.`,
  )
}

function reasonOf([first = '']: readonly string[], reasons: ReadonlyMap<string, string>): string {
  return `their rows were rejected (${first}: ${reasons.get(first)})`
}

/**
 * The documents of rejected rows. The row of a document that could not be read contains its name in some column, or its
 * id begins with it.
 */
export function documentsOf(
  rejected: readonly RejectedRow[] | undefined,
  column: string,
  stored: ReadonlyMap<string, StoredDocument>,
): RejectedDocuments {
  const reasons = new Map<string, string>()
  const unknown: RejectedRow[] = []
  for (const one of rejected ?? []) {
    const documents = namesIn(one, column, stored)
    if (documents.length === 0) unknown.push(one)
    for (const document of documents) reasons.set(document, one.error.message)
  }
  return { reasons, unknown: rejected === undefined ? undefined : unknown }
}

function namesIn(
  { rowId, row }: RejectedRow,
  column: string,
  stored: ReadonlyMap<string, StoredDocument>,
): readonly string[] {
  const values = typeof row === 'object' && row !== null ? row : {}
  const named: unknown = Reflect.get(values, column)
  if (typeof named === 'string') return [named]
  const known = Object.values(values).filter((value) => typeof value === 'string' && stored.has(value))
  if (known.length > 0) return known
  // A child of a document, or of one of its pages, has an id that begins with that of the document.
  const ends = [...rowId.matchAll(/[#/]|$/g)].map(({ index }) => rowId.slice(0, index))
  return ends.filter((id) => stored.has(id)).slice(-1)
}
