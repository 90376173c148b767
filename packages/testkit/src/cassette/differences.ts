const most = 6
const shown = 60

/** The differences between two requests, as one line for each place; at most six. */
export function differences(recorded: unknown, asked: unknown): readonly string[] {
  const [before, now] = [leaves(recorded), leaves(asked)]
  const places = [...new Set([...before.keys(), ...now.keys()])].filter((place) => before.get(place) !== now.get(place))
  const lines = places.slice(0, most).map((place) => describe(place, before.get(place), now.get(place)))
  return places.length <= most ? lines : [...lines, `and ${places.length - most} more`]
}

/**
 * The request that is most similar to another one: the fewest places differ, and among those, the texts share the
 * longest beginnings.
 */
export function nearest(requests: Iterable<unknown>, asked: unknown): unknown {
  const now = leaves(asked)
  let best: { readonly request: unknown; readonly apart: number } | undefined
  for (const request of requests) {
    const before = leaves(request)
    let apart = 0
    for (const place of new Set([...before.keys(), ...now.keys()])) apart += distance(before.get(place), now.get(place))
    if (best === undefined || apart < best.apart) best = { request, apart }
  }
  return best?.request
}

/** From 0 for equal ones to 2 for a place that only one of them has. */
function distance(before: string | undefined, now: string | undefined): number {
  if (before === now) return 0
  if (before === undefined || now === undefined) return 2
  return 1.5 - commonStart(before, now) / Math.max(before.length, now.length)
}

/** The texts and numbers of a value by their places, such as `messages.0.content`. */
function leaves(value: unknown, place = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
    for (const [name, item] of Object.entries(value)) leaves(item, place === '' ? name : `${place}.${name}`, found)
  else found.set(place, JSON.stringify(value) ?? 'nothing')
  return found
}

function describe(place: string, before: string | undefined, now: string | undefined): string {
  if (before === undefined) return `${place}: not recorded, asked ${cut(now ?? '', 0)}`
  if (now === undefined) return `${place}: recorded ${cut(before, 0)}, not asked`
  // The text before the difference is less informative than the text after it.
  const long = Math.max(before.length, now.length) > shown
  const start = long ? Math.max(0, commonStart(before, now) - shown / 3) : 0
  return `${place}: recorded ${cut(before, start)}, asked ${cut(now, start)}`
}

function cut(text: string, start: number): string {
  const piece = text.slice(start, start + shown).toWellFormed()
  return `${start > 0 ? '…' : ''}${piece}${start + shown < text.length ? '…' : ''}`
}

function commonStart(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
