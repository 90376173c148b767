import type { RejectGroup } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** Further reasons are counted together, so that a report stays small with any rows. */
const maxGroups = 50

/** Groups the rejected rows of a run by step and error code and keeps the first row of each group as its example. */
export class RejectGroups {
  readonly #groups = new Map<string, { -readonly [Name in keyof RejectGroup]: RejectGroup[Name] }>()

  add(step: string, rowId: RowId, { code, message, hint }: MaestroError): void {
    const known = this.#groups.get(`${step} ${code}`)
    if (known !== undefined) known.rows++
    else if (this.#groups.size < maxGroups)
      this.#groups.set(`${step} ${code}`, { step, code, rows: 1, message, hint, rowId })
  }

  /** The groups, those with the most rows first. */
  list(): RejectGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.rows - a.rows).map((group) => ({ ...group }))
  }
}
