import { reportCost } from './report-cost.js'
import { rowsOf, warmUpRow } from './rows.js'

/**
 * Asks about each row, with so many questions at once, after one that warms up, and reports the cost of a call.
 *
 * @param ask Asks about one row, and throws an error for another row's answer.
 */
export async function askAll(rows, concurrency, ask) {
  await ask(warmUpRow)
  const waiting = rowsOf(rows).values()
  const done = reportCost()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const { row } of waiting) await ask(row)
    }),
  )
  done(rows)
}
