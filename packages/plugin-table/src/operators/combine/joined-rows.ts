import type { AllRows, Batch, GlobalContext, Row, RowId } from '@maestro-dataflow/core'
import type { Matches, RightRow } from './join-tables.js'

/** Why a row is left out, for people. */
export const reasons = {
  unmatched: 'no row of the other table matches',
  matched: 'a row of the other table matches',
}

/** Rows that a join makes. */
export class OutputBatch implements Batch {
  readonly ids: RowId[] = []
  readonly rows: Row[] = []
  add(id: RowId, row: Row): void {
    this.ids.push(id)
    this.rows.push(row)
  }
}

/** Walks along the matches, which are in the order of the rows. */
export class NextMatches {
  readonly #matches: AsyncGenerator<Matches>
  #next: Matches | undefined
  #begun = false

  constructor(matches: AsyncGenerator<Matches>) {
    this.#matches = matches
  }

  async at(position: number): Promise<readonly RightRow[]> {
    if (!this.#begun) await this.#advance()
    if (this.#next?.position !== position) return []
    const { rows } = this.#next
    await this.#advance()
    return rows
  }

  async #advance(): Promise<void> {
    this.#begun = true
    const { done, value } = await this.#matches.next()
    this.#next = done === true ? undefined : value
  }
}

/** The rows with a match, or those without one, unchanged. */
export async function* chosen(
  all: AllRows,
  matched: AsyncGenerator<number>,
  wanted: boolean,
  context: GlobalContext,
): AsyncIterable<Batch> {
  let position = 0
  let next = await matched.next()
  for await (const { ids, rows } of all) {
    const out = new OutputBatch()
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      const isMatched = next.done !== true && next.value === position++
      if (isMatched) next = await matched.next()
      if (isMatched === wanted) out.add(id, row)
      else context.dropped(id, wanted ? reasons.unmatched : reasons.matched)
    }
    yield out
  }
}
