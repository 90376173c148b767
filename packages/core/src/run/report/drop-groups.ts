import type { DropGroup } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'

/** Further reasons are not listed, so that a report stays small with any rows. */
const maxGroups = 50

type GrowingGroup = { -readonly [Name in keyof DropGroup]: DropGroup[Name] }

/** Groups the rows that steps left out on purpose, and keeps the first row of each group as its example. */
export class DropGroups {
  readonly #groups = new Map<string, GrowingGroup>()
  /** Most rows belong to the group of the row before them. */
  #latest: GrowingGroup | undefined

  /** @param rows The number of rows, of which the first is given. */
  add(
    outcome: DropGroup['outcome'],
    step: string,
    reason: string | undefined,
    rowId: RowId,
    into?: RowId,
    rows = 1,
  ): void {
    const latest = this.#latest
    if (latest !== undefined && latest.step === step && latest.reason === reason && latest.outcome === outcome) {
      latest.rows += rows
      return
    }
    const key = `${outcome} ${step} ${reason ?? ''}`
    const known = this.#groups.get(key)
    if (known !== undefined) known.rows += rows
    else if (this.#groups.size < maxGroups)
      this.#groups.set(key, { step, outcome, rows, reason, rowId, ...(into === undefined ? {} : { into }) })
    this.#latest = this.#groups.get(key)
  }

  /** The groups, those with the most rows first. */
  list(): DropGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.rows - a.rows).map((group) => ({ ...group }))
  }
}
