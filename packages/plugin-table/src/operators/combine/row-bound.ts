import { z } from 'zod'

/** So many rows are allowed however few the tables have, because they do no harm. */
const harmless = 1_000_000

/** The most rows that a step may make: a number, or a multiple of the rows that it reads, as in `10x`. */
export const rowBound = z.union([
  z.number().int().positive(),
  z.string().regex(/^[1-9]\d*x$/, "a number of rows, or a multiple of the tables' rows such as '10x', is expected"),
])

/** The number of rows that a bound allows. @param rows The rows that the step reads. */
export function rowsWithin(bound: z.output<typeof rowBound>, rows: number): number {
  return typeof bound === 'number' ? bound : Math.max(harmless, rows * Number.parseInt(bound, 10))
}
