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
/** The same for lines that fill their column, as in German, where nouns have capital letters. */
const mostBeginningsOfFull = 0.9
const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/gu

/**
 * Puts the fragments of a page into reading order. Some programs draw two columns row by row, so that each line of the
 * left column is followed by one of the right. Where rows of prose share a gutter, the left column comes first;
 * headings that span the gutter, tables, and pages that are drawn column by column are not changed.
 */
export function inReadingOrder(drawn: readonly Fragment[]): readonly Fragment[] {
  const { fragments, footer } = withoutFooter(fromTop(drawn))
  const gutter = findGutter(fragments)
  if (gutter === undefined) return [...fragments, ...footer]
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
  return [...ordered, ...footer]
}

/** Some programs draw a page from its foot to its head. */
function fromTop(fragments: readonly Fragment[]): readonly Fragment[] {
  const steps = fragments.slice(1).map(({ foot }, index) => foot - (fragments[index]?.foot ?? foot))
  const isUpward = steps.every((step) => step >= 0) && steps.filter((step) => step > 0).length >= fewestRows
  return isUpward ? fragments.toSorted((one, other) => other.foot - one.foot || one.left - other.left) : fragments
}

/** The distance of a footer from the text, in heights of its letters. */
const footerGap = 2.5

/** The last fragment, if it stands below all others, such as the number of the page. */
function withoutFooter(fragments: readonly Fragment[]): {
  readonly fragments: readonly Fragment[]
  readonly footer: readonly Fragment[]
} {
  const last = fragments.at(-1)
  const others = fragments.slice(0, -1)
  const isBelow = last !== undefined && others.every(({ foot }) => foot - last.foot > footerGap * last.height)
  return isBelow ? { fragments: others, footer: [last] } : { fragments, footer: [] }
}

/** The position of a gutter between columns that are drawn row by row; undefined if there is none. */
function findGutter(fragments: readonly Fragment[]): number | undefined {
  const pairs = fragments.flatMap((one, index) => {
    const next = fragments[index + 1]
    // The right part of a row may be drawn first.
    const [left, right] = next !== undefined && next.left < one.left ? [next, one] : [one, next]
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
    const most = isFull(column) ? mostBeginningsOfFull : mostBeginnings
    return (lengths[Math.floor(lengths.length / 2)] ?? 0) >= shortestLine && beginnings <= column.length * most
  })
}

/** Whether nearly all lines are about as long as the longest one. */
function isFull(column: readonly Fragment[]): boolean {
  const widths = column.map(({ left, right }) => right - left)
  const longest = Math.max(...widths)
  return widths.filter((width) => width >= 0.8 * longest).length >= 0.75 * widths.length
}
