import { reportCost } from './report-cost.js'
import { rowsOf, warmUpRows } from './rows.js'

/**
 * Asks about each row, with so many questions at once, after some that warm up, and reports the cost of a call.
 *
 * @param ask Asks about one row, and throws an error for another row's answer.
 */
export async function askAll(rows, concurrency, ask) {
  await askEach(warmUpRows, concurrency, ask)
  const given = rowsOf(rows)
  const done = reportCost()
  await askEach(given, concurrency, ask)
  done(rows)
}

async function askEach(rows, concurrency, ask) {
  const waiting = rows.values()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const { row } of waiting) await ask(row)
    }),
  )
}
