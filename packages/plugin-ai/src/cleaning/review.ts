import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { aiError } from '../errors.js'
import type { TextRow } from '../tables/read-table.js'
import { replaceFile } from './replace-file.js'

/** A label, or several of them. */
export type Label = string | readonly string[]

/** A row to decide on, as the file holds it: one JSON object per line. */
const reviewLine = z.looseObject({
  id: z.string(),
  text: z.string().optional(),
  decision: z.union([z.string(), z.array(z.string())]).nullable(),
})
type ReviewLine = z.output<typeof reviewLine>

/** A row with the labels of both models. */
export interface Labelled extends TextRow {
  readonly pair: readonly [Label, Label]
  readonly agree: boolean
  readonly decision: Label | undefined
}

/** The decisions of people on rows, in a file that they edit. A decision is never removed, except by people. */
export class Review {
  readonly #lines: ReadonlyMap<string, ReviewLine>

  constructor(lines: ReadonlyMap<string, ReviewLine> = new Map()) {
    this.#lines = lines
  }

  /**
   * Reads the file. Nothing is decided if it does not exist.
   *
   * @param name The path in messages.
   * @throws MAESTRO_AI_REVIEW
   */
  static async read(path: string, name: string, labels: readonly string[]): Promise<Review> {
    if (!existsSync(path)) return new Review()
    const lines = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split('\n')
    const decided = new Map<string, ReviewLine>()
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue
      const fault = (reason: string) => aiError('MAESTRO_AI_REVIEW', { path: name, line: index + 1, reason })
      let json: unknown
      try {
        json = JSON.parse(line)
      } catch {
        throw fault('it is not valid JSON')
      }
      const read = reviewLine.safeParse(json)
      if (!read.success) throw fault('an object with "id" and "decision" is expected')
      const { id, decision } = read.data
      if (decision === null) continue
      const unknown = [decision].flat().find((label) => !labels.includes(label))
      if (unknown !== undefined) throw fault(`"${unknown}" is not one of the labels`)
      decided.set(id, read.data)
    }
    return new Review(decided)
  }

  /** The decision on a row; undefined if there is none on its text. An id such as `file:line` may name another row now. */
  decisionOn({ id, text }: TextRow): Label | undefined {
    const line = this.#lines.get(id)
    return line === undefined || (line.text !== undefined && line.text !== text)
      ? undefined
      : (line.decision ?? undefined)
  }

  /** The ids of rows whose text is not the one that was decided on. */
  changedIn(rows: readonly Labelled[]): readonly string[] {
    return rows.flatMap(({ id, decision }) => (decision === undefined && this.#lines.has(id) ? [id] : []))
  }

  /** Writes the open decisions and those that were made, also on rows that are not in this table. */
  async write(path: string, rows: readonly Labelled[]): Promise<void> {
    const ofRows = rows
      .filter(({ agree, decision }) => !agree || decision !== undefined)
      .map(({ id, text, pair: [first, second], decision }) => ({ id, text, first, second, decision: decision ?? null }))
    const written = new Set(ofRows.map(({ id }) => id))
    const others = [...this.#lines.values()].filter(({ id }) => !written.has(id))
    await replaceFile(path, [...ofRows, ...others].map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
}
