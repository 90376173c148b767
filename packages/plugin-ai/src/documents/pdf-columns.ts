/** A fragment of text on one line of a page, with its position in points from the lower left corner. */
export interface Fragment {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly foot: number
  readonly height: number
}

/** The number of rows that must share a gutter for the page to count as having columns there. */
const fewestRows = 3
/**
 * The minimum length of a line of prose; the cells of a table are shorter. The unit is letters, and wide letters count
 * twice.
 */
const shortestLine = 18
/** A line that begins with a capital letter or a number; scripts without capital letters have none. */
const begins = /^\P{L}*[\p{Lu}\p{N}]/u
const mostBeginnings = 0.75
const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/gu

/**
 * Puts the fragments of a page into reading order. Some programs draw two columns row by row, so that each line of the
 * left column is followed by one of the right. Where rows of prose share a gutter, the left column comes first;
 * headings that span the gutter, tables, and pages that are drawn column by column are not changed.
 */
export function inReadingOrder(fragments: readonly Fragment[]): readonly Fragment[] {
  const gutter = findGutter(fragments)
  if (gutter === undefined) return fragments
  const ordered: Fragment[] = []
  let [left, right]: [Fragment[], Fragment[]] = [[], []]
  const endColumns = () => {
    ordered.push(...inReadingOrder(left), ...inReadingOrder(right))
    left = []
    right = []
  }
  for (const fragment of fragments) {
    if (fragment.right <= gutter) left.push(fragment)
    else if (fragment.left >= gutter) right.push(fragment)
    else {
      endColumns()
      ordered.push(fragment)
    }
  }
  endColumns()
  return ordered
}

/** The position of a gutter between columns that are drawn row by row; undefined if there is none. */
function findGutter(fragments: readonly Fragment[]): number | undefined {
  const pairs = fragments.flatMap((left, index) => {
    const right = fragments[index + 1]
    return right !== undefined && isBeside(left, right) && right.left - left.right >= left.height / 2
      ? [{ left, right, from: left.right, to: right.left }]
      : []
  })
  if (pairs.length < fewestRows) return undefined
  // The leftmost gutter comes first, because the area to its right may contain more gutters.
  const places = pairs.map(({ to }) => to).sort((one, other) => one - other)
  for (const place of new Set(places.map((to) => to - 0.5))) {
    const rows = pairs.filter(({ from, to }) => from <= place && place < to)
    if (rows.length >= fewestRows && rows.length >= crossing(fragments, place) && isProse(rows)) return place
  }
  return undefined
}

/** The rows of columns may not be level with each other. */
const isBeside = (one: Fragment, other: Fragment): boolean =>
  Math.abs(one.foot - other.foot) <= Math.max(one.height, other.height)

const crossing = (fragments: readonly Fragment[], place: number): number =>
  fragments.filter(({ left, right }) => left < place && place < right).length

/** The lines of prose are long, and few of them begin a sentence. The cells of a table are short, or begin one each. */
function isProse(rows: readonly { readonly left: Fragment; readonly right: Fragment }[]): boolean {
  return [rows.map(({ left }) => left), rows.map(({ right }) => right)].every((column) => {
    const lengths = column.map(({ text }) => text.length + (text.match(wide)?.length ?? 0)).sort((a, b) => a - b)
    const beginnings = column.filter(({ text }) => begins.test(text)).length
    return (
      (lengths[Math.floor(lengths.length / 2)] ?? 0) >= shortestLine && beginnings <= column.length * mostBeginnings
    )
  })
}
