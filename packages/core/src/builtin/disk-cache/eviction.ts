import type { StatementSync } from 'node:sqlite'

/** An answer that has just been written. */
export interface WrittenAnswer {
  readonly id: number
  readonly place: number
  readonly key: string
  readonly bytes: number
  /** The generation of its run. */
  readonly generation: number
}

/** An answer that may have to leave. */
interface Candidate {
  readonly id: number
  readonly place: number
  readonly key: string
  readonly bytes: number
  readonly used: number
}

/** Marks beyond this number per answer are forgotten, the oldest first. */
const marksPerAnswer = 4
/** The number of new marks after which they are counted. */
const countEvery = 5000

/**
 * Removes answers from a full database: those of the oldest generation first, and within a generation the one that was
 * stored last.
 *
 * A removed answer leaves a mark. If it returns, and the answers that it would displace were used since it was last
 * wanted, several runs take turns and do not fit together. To displace one another would leave none of them anything.
 * So the same half of all answers always stays then: a returning answer with an odd place displaces only answers with an
 * even place, and one with an even place stays out. Each of the runs reuses its share of that half.
 */
export class Eviction {
  readonly #prepare: (sql: string) => StatementSync
  #marks = 0
  /** The next answers with an even place, the last one first, and the generation in which none is left. */
  #even: Candidate[] = []
  #noneIn: number | undefined

  constructor(prepare: (sql: string) => StatementSync) {
    this.#prepare = prepare
  }

  /**
   * @param size The bytes of the database.
   * @returns the keys of the written answers that were removed
   */
  makeRoom(written: readonly WrittenAnswer[], size: () => number, maxBytes: number): ReadonlySet<string> {
    const refused = new Set<string>()
    let excess = size() - maxBytes
    if (excess <= 0) return refused
    const keys = new Set(written.map(({ key }) => key))
    const remove = (answer: Candidate): boolean => {
      if (!this.#remove(answer)) return false
      if (keys.has(answer.key)) refused.add(answer.key)
      excess -= answer.bytes
      return true
    }
    const returning = this.#returning(written)
    for (; excess > 0; excess = size() - maxBytes) {
      const oldest = this.#oldest()
      if (oldest.length === 0) break
      for (const candidate of oldest) {
        if (excess <= 0) break
        const late = returning.at(-1)
        if (late === undefined || candidate.used < late.wanted) {
          remove(candidate)
          continue
        }
        returning.pop()
        let displaced = this.#displacedBy(late)
        while (displaced !== undefined && !remove(displaced)) displaced = this.#displacedBy(late)
        if (displaced === undefined) remove({ ...late, used: late.generation })
      }
    }
    this.#forget()
    return refused
  }

  /** The written answers that were removed before, and when they were last wanted. */
  #returning(written: readonly WrittenAnswer[]): (WrittenAnswer & { readonly wanted: number })[] {
    const mark = this.#prepare('SELECT used FROM removed WHERE place = ?')
    return written.flatMap((answer) => {
      const wanted = mark.get(answer.place)?.used
      return wanted === undefined ? [] : [{ ...answer, wanted: Number(wanted) }]
    })
  }

  #oldest(): readonly Candidate[] {
    return this.#prepare('SELECT id, place, key, bytes, used FROM answers ORDER BY used, id DESC LIMIT 64')
      .all()
      .map(toCandidate)
  }

  #displacedBy({ place, generation }: WrittenAnswer): Candidate | undefined {
    if (place % 2 === 0 || this.#noneIn === generation) return undefined
    if (this.#even.length === 0)
      this.#even = this.#prepare(
        'SELECT id, place, key, bytes, used FROM answers WHERE used < ? AND place % 2 = 0 ORDER BY used, id DESC LIMIT 1000',
      )
        .all(generation)
        .map(toCandidate)
        .toReversed()
    const found = this.#even.pop()
    if (found === undefined) this.#noneIn = generation
    return found
  }

  /** @returns whether it was still there and had not been used */
  #remove({ id, place, used }: Candidate): boolean {
    const { changes } = this.#prepare('DELETE FROM answers WHERE id = ? AND used = ?').run(id, used)
    if (Number(changes) === 0) return false
    this.#prepare('INSERT OR REPLACE INTO removed (place, used) VALUES (?, ?)').run(place, used)
    this.#marks++
    return true
  }

  #forget(): void {
    if (this.#marks < countEvery) return
    this.#marks = 0
    this.#prepare(
      `DELETE FROM removed WHERE place IN (SELECT place FROM removed ORDER BY used DESC LIMIT -1 OFFSET ${marksPerAnswer} * (SELECT count(*) FROM answers))`,
    ).run()
  }
}

function toCandidate(row: Record<string, unknown>): Candidate {
  const { id, place, key, bytes, used } = row
  return { id: Number(id), place: Number(place), key: String(key), bytes: Number(bytes), used: Number(used) }
}
