/** The replies that one turn of the event loop hands on, or this share of those that wait if they are many. */
const leastOfTurn = 4
const shareOfTurn = 1 / 4

/** Replies that have arrived in full and wait for their turn. */
const waiting: (() => void)[] = []
/** The number of replies that this turn may still hand on. */
let left = leastOfTurn

/**
 * Hands replies on, a few in each turn of the event loop, in the order of their arrival.
 *
 * undici writes a request at the end of the turn in which it was made. If one turn worked on all replies that have arrived
 * together, the requests that follow them would leave together after all of that work, their replies would arrive together
 * again, and so on until the end of the run. On the other hand, a turn has a price of its own.
 */
export function inSmallGroups(handOn: () => void): void {
  if (left === leastOfTurn) setImmediate(beginTurn)
  if (left === 0) waiting.push(handOn)
  else {
    left--
    handOn()
  }
}

function beginTurn(): void {
  const group = waiting.splice(0, Math.max(leastOfTurn, Math.ceil(waiting.length * shareOfTurn)))
  left = group.length === 0 ? leastOfTurn : 0
  if (group.length > 0) setImmediate(beginTurn)
  for (const handOn of group) handOn()
}
