import { type Html, html } from './html.js'

/** A row in a list behind a number. */
export interface ListedRow {
  readonly id: string
  /** Why it is in the list. */
  readonly note?: string | undefined
  readonly row?: unknown
}

/** The rows behind one number. If there are more, `rows` are examples. */
export interface RowList {
  readonly title: string
  readonly total: number
  /** Where the other rows can be found. */
  readonly more: string
  readonly rows: readonly ListedRow[]
}

/** The lists behind the numbers of a page. A number opens its list. */
export class RowLists {
  readonly #lists: RowList[] = []

  get all(): readonly RowList[] {
    return this.#lists
  }

  /** A number that opens the rows that it counts. */
  link(count: number, list: Omit<RowList, 'total'>): Html {
    if (count === 0) return html`0`
    return html`<button class="rows" data-list="${this.add(count, list)}">${formatCount(count)}</button>`
  }

  /** @returns the number of the list */
  add(total: number, list: Omit<RowList, 'total'>): number {
    return this.#lists.push({ ...list, total }) - 1
  }
}

export const formatCount = (count: number): string => count.toLocaleString('en-US')
