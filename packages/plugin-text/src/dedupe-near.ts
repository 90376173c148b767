import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  newColumn,
  type OutputOf,
  PROJECT,
  projectPath,
  type Row,
  rowWith,
  typed,
  when,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Clusters, findClusters } from './near/clusters.js'
import { bandingFor, minHash, similarity } from './near/min-hash.js'
import { SignatureFile } from './near/signature-file.js'
import { readTextIndex, writeTextIndex } from './near/text-index.js'
import { textOf } from './text-of.js'

/** A row that was dropped because its text is almost that of a row that was kept. */
export interface NearDuplicate {
  readonly id: string
  /** The estimated Jaccard similarity to the row that was kept, from 0 to 1. */
  readonly similarity: number
}

const fields = {
  /** The column with the text. */
  input: column(),
  /** The least share of word sequences that two texts must have in common, above 0 to 1. @default 0.8 */
  threshold: z.number().positive().max(1).default(0.8),
  /** The number of words in a sequence; in scripts without spaces, of characters. @default 5 */
  words: z.number().int().min(1).max(50).default(5),
  /** Which row of a cluster stays: the first one, or the one with the longest text. @default 'first' */
  keep: z.enum(['first', 'longest']).default('first'),
  /** A column of numbers. The row with the highest number stays, and `keep` decides between equal ones. */
  score: column('number').optional(),
  /**
   * What happens to the other rows: `drop` drops them and lists them in the row that stays; `column` keeps all rows and
   * names the row that would stay.
   *
   * @default 'drop'
   */
  duplicates: z.enum(['drop', 'column']).default('drop'),
  /** With `duplicates: 'drop'`: the column that lists the dropped rows. @default 'duplicates' */
  output: newColumn('duplicates'),
  /** With `duplicates: 'column'`: the column with the id of the row of the cluster that would stay. @default 'cluster' */
  cluster: newColumn('cluster'),
  /** With `duplicates: 'column'`: the column with the similarity to that row. @default 'similarity' */
  similarity: newColumn('similarity'),
  /** A file that remembers the kept texts, so that the rows of later runs are compared with them too. */
  index: z.string().min(1).optional(),
}

type Options = OutputOf<typeof fields>

/** Where the project is, for the path of the index. */
interface Access {
  readonly directory?: string | undefined
  readonly allowOutside?: boolean | undefined
}

/** What is known about texts after they were read once. A text of the index comes before all rows. */
interface ReadTexts {
  readonly file: SignatureFile
  /** The ids of the texts of the index. Their signatures are in the file alone. */
  readonly indexed: readonly string[]
  readonly lengths: number[]
  readonly scores: number[]
  /** The positions of rows that were rejected. */
  readonly rejected: ReadonlySet<number>
}

/** What happens to the rows. */
interface Decision {
  readonly clusters: Clusters
  /** The text that stays, by the first text of its cluster. Clusters of one text are left out. */
  readonly kept: ReadonlyMap<number, number>
}

/** Finds texts that are almost the same by MinHash and locality-sensitive hashing. */
class NearDeduper extends GlobalOperator {
  readonly #options: Options
  readonly #access: Access

  constructor(options: Options, access: Access) {
    super()
    this.#options = options
    this.#access = access
  }

  override get columns(): ColumnEffects {
    const { input, score, duplicates, output, cluster, similarity } = this.#options
    const adds: ColumnEffects['adds'] =
      duplicates === 'drop' ? { [output]: 'json' } : { [cluster]: 'string', [similarity]: 'number' }
    return { reads: score === undefined ? [input] : [input, score], adds }
  }

  /** @throws MAESTRO_TEXT_INDEX, MAESTRO_STORAGE_PATH_OUTSIDE */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { threshold, words, index, duplicates } = this.#options
    const { directory = '.', allowOutside = false } = this.#access
    const path = index === undefined ? undefined : projectPath(index, directory, allowOutside)
    const banding = bandingFor(threshold)
    const file = new SignatureFile(banding)
    try {
      const indexed: string[] = []
      if (path !== undefined)
        for await (const { id, signature } of readTextIndex(path, index ?? '', { words })) {
          context.signal.throwIfAborted()
          indexed.push(id)
          file.next().set(signature)
        }
      const texts = await this.#read(all, file, indexed, context)
      const decision = this.#decide(texts, findClusters(file, banding, threshold, context.signal))
      const ids = await this.#idsOfClusters(all, texts, decision)
      yield* duplicates === 'drop'
        ? this.#dropped(all, texts, decision, ids, context)
        : this.#marked(all, texts, decision, ids)
      if (path !== undefined && !context.preview)
        await writeTextIndex(path, index ?? '', { words }, this.#keptTexts(all, texts, decision))
    } finally {
      file.dispose()
    }
  }

  async #read(
    all: AllRows,
    file: SignatureFile,
    indexed: readonly string[],
    context: GlobalContext,
  ): Promise<ReadTexts> {
    const { input, words, score } = this.#options
    const lengths = indexed.map(() => Number.POSITIVE_INFINITY)
    const scores = [...lengths]
    const rejected = new Set<number>()
    for await (const { ids, rows } of all) {
      context.signal.throwIfAborted()
      for (const [at, row] of rows.entries()) {
        const value = score === undefined ? 0 : row[score]
        scores.push(typeof value === 'number' && !Number.isNaN(value) ? value : Number.NEGATIVE_INFINITY)
        try {
          const text = textOf(row, input)
          lengths.push(text.length)
          minHash(text, words, file.next())
        } catch (error) {
          if (!MaestroError.is(error)) throw error
          // A place of its own keeps the positions of the other rows.
          rejected.add(file.length)
          lengths.push(0)
          file.next().fill(0)
          context.reject(ids[at] ?? '', row, error)
        }
      }
    }
    file.flush()
    return { file, indexed, lengths, scores, rejected }
  }

  #decide({ file, lengths, scores, rejected }: ReadTexts, clusters: Clusters): Decision {
    const { keep } = this.#options
    const isBetter = (one: number, other: number) => {
      const [a = 0, b = 0] = [scores[one], scores[other]]
      if (a !== b) return a > b
      return keep === 'longest' && (lengths[one] ?? 0) > (lengths[other] ?? 0)
    }
    const kept = new Map<number, number>()
    for (let text = 0; text < file.length; text++) {
      const first = clusters.first(text)
      if (first === text || rejected.has(text)) continue
      const best = kept.get(first) ?? first
      kept.set(first, isBetter(text, best) ? text : best)
    }
    return { clusters, kept }
  }

  /** The ids of the texts that are in a cluster with others. */
  async #idsOfClusters(all: AllRows, { indexed }: ReadTexts, { clusters, kept }: Decision) {
    const ids = new Map<number, string>()
    const note = (text: number, id: string) => {
      if (kept.has(clusters.first(text))) ids.set(text, id)
    }
    for (const [text, id] of indexed.entries()) note(text, id)
    let text = indexed.length
    for await (const batch of all) for (const id of batch.ids) note(text++, id)
    return ids
  }

  async *#dropped(
    all: AllRows,
    texts: ReadTexts,
    decision: Decision,
    ids: ReadonlyMap<number, string>,
    context: GlobalContext,
  ): AsyncIterable<Batch> {
    const { output } = this.#options
    const { file, indexed, rejected } = texts
    const duplicates = new Map<number, NearDuplicate[]>()
    const present = new Set<string>()
    for (const [text, id] of ids) {
      if (text >= indexed.length) present.add(id)
      const kept = keptFor(text, decision)
      if (kept === undefined || isSame(text, kept, ids, indexed)) continue
      const found = { id, similarity: similarity(file.read(text), file.read(kept)) }
      const list = duplicates.get(kept)
      if (list === undefined) duplicates.set(kept, [found])
      else list.push(found)
    }
    let text = indexed.length
    for await (const batch of all) {
      const stay: { readonly id: string; readonly row: Row }[] = []
      for (const [at, row] of batch.rows.entries()) {
        const own = text++
        const id = batch.ids[at] ?? ''
        if (rejected.has(own)) continue
        const kept = keptFor(own, decision)
        if (kept === undefined || isSame(own, kept, ids, indexed))
          stay.push({ id, row: rowWith(row, [[output, duplicates.get(kept ?? own) ?? []]]) })
        else if (present.has(ids.get(kept) ?? '')) context.merged(id, ids.get(kept) ?? '')
        else context.dropped(id, `near duplicate of ${ids.get(kept)} of an earlier run`)
      }
      yield { ids: stay.map(({ id }) => id), rows: stay.map(({ row }) => row) }
    }
  }

  async *#marked(
    all: AllRows,
    { file, indexed, rejected }: ReadTexts,
    decision: Decision,
    ids: ReadonlyMap<number, string>,
  ): AsyncIterable<Batch> {
    const { cluster, similarity: share } = this.#options
    let text = indexed.length
    for await (const batch of all) {
      const stay: { readonly id: string; readonly row: Row }[] = []
      for (const [at, row] of batch.rows.entries()) {
        const own = text++
        const id = batch.ids[at] ?? ''
        if (rejected.has(own)) continue
        const kept = keptFor(own, decision) ?? own
        const near = kept === own ? 1 : similarity(file.read(own), file.read(kept))
        stay.push({
          id,
          row: rowWith(row, [
            [cluster, ids.get(kept) ?? id],
            [share, near],
          ]),
        })
      }
      yield { ids: stay.map(({ id }) => id), rows: stay.map(({ row }) => row) }
    }
  }

  /** The texts that the index remembers: those that it had, and the rows that stay. */
  async *#keptTexts(all: AllRows, { file, indexed, rejected }: ReadTexts, decision: Decision) {
    const known = new Set(indexed)
    for (const [text, id] of indexed.entries()) yield { id, signature: file.read(text) }
    let text = indexed.length
    for await (const { ids } of all) {
      for (const id of ids) {
        const own = text++
        const kept = keptFor(own, decision)
        if (rejected.has(own) || known.has(id) || (kept !== undefined && kept !== own)) continue
        yield { id, signature: file.read(own) }
      }
    }
  }
}

/** The text that stays in place of a text; itself, if it is the one; undefined if it is alone in its cluster. */
function keptFor(text: number, { clusters, kept }: Decision): number | undefined {
  return kept.get(clusters.first(text))
}

/** Whether a row is the text that stays: at its place or, if the same rows are processed again, in the index. */
function isSame(text: number, kept: number, ids: ReadonlyMap<number, string>, indexed: readonly string[]): boolean {
  return text === kept || (kept < indexed.length && ids.get(text) === ids.get(kept))
}

/**
 * `text.dedupe-near`: keeps one of several texts that are almost the same. Texts are similar if they have many sequences
 * of words in common; a chain of similar texts is one cluster.
 *
 * @example .step('text.dedupe-near', { input: 'text', threshold: 0.7, keep: 'longest' })
 */
export const dedupeNear = defineOperator({
  name: 'text.dedupe-near',
  kind: 'opaque',
  description: 'Keeps one of several texts that are almost the same, by MinHash',
  options: fields,
  adds: {
    '{output}': when({ duplicates: 'drop' }, typed<readonly NearDuplicate[]>('json')),
    '{cluster}': when({ duplicates: 'column' }, 'string'),
    '{similarity}': when({ duplicates: 'column' }, 'number'),
  },
  inject: [PROJECT],
  create: (options, [project]) =>
    new NearDeduper(options, { directory: project.directory, allowOutside: project.allowOutsidePaths }),
})
