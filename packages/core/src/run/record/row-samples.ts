import type { Row, RowId } from '../../contracts/row.js'

/** A row as a report shows it. */
export interface SampledRow {
  readonly id: RowId
  readonly row: Row
}

/** The content of `samples.json`. */
export interface SavedSamples {
  /** The first rows after the source and after each step. */
  readonly steps: Readonly<Record<string, readonly SampledRow[]>>
  /** Rows that came out, evenly spaced over the run, and the number of rows that they were taken from. */
  readonly output: { readonly of: number; readonly rows: readonly SampledRow[] }
}

/** The number of rows that are kept after each step. */
export const firstRows = 8
const mostOutput = 1000
/** The longest text that is kept of a value, in characters. */
const longestText = 500

/** Keeps a few rows of a run for its report: the first ones after each step, and a sample of those that come out. */
export class RowSamples {
  readonly #steps = new Map<string, SampledRow[]>()
  #output: SampledRow[] = []
  #seen = 0
  /** Every so many rows, one is kept. */
  #stride = 1

  /** Takes a row that has left a step. */
  readonly step = (step: string, id: RowId, row: Row): void => {
    const rows = this.#steps.get(step)
    if (rows === undefined) this.#steps.set(step, [{ id, row: shortened(row) }])
    else if (rows.length < firstRows && !rows.some((known) => known.id === id)) rows.push({ id, row: shortened(row) })
  }

  /** Takes the rows that go to the sinks of a stage. */
  output(ids: readonly RowId[], rows: readonly Row[]): void {
    const before = this.#seen
    this.#seen += rows.length
    for (let at = Math.ceil(before / this.#stride) * this.#stride; at < this.#seen; at += this.#stride) {
      this.#output.push({ id: ids[at - before] as RowId, row: shortened(rows[at - before] as Row) })
      if (this.#output.length < mostOutput) continue
      this.#output = this.#output.filter((_, index) => index % 2 === 0)
      this.#stride *= 2
      at = Math.floor(at / this.#stride) * this.#stride
    }
  }

  get saved(): SavedSamples {
    return { steps: Object.fromEntries(this.#steps), output: { of: this.#seen, rows: this.#output } }
  }

  /**
   * Takes over the samples of an earlier process of the run.
   *
   * @param hasOutput Whether the rows that came out do not come again.
   */
  restore({ steps, output }: SavedSamples, hasOutput: boolean): void {
    for (const [step, rows] of Object.entries(steps)) this.#steps.set(step, [...rows])
    if (!hasOutput) return
    this.#output = [...output.rows]
    this.#seen = output.of
    while (Math.ceil(this.#seen / this.#stride) > this.#output.length) this.#stride *= 2
  }
}

/** A copy that JSON can hold, for people to read. */
function shortened(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, shownValue(value)]))
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  try {
    const text = JSON.stringify(value)
    return text.length > longestText ? `${text.slice(0, longestText)}…` : JSON.parse(text)
  } catch {
    return '[no JSON]'
  }
}
