import { z } from 'zod'
import { type Duration, millisecondsOf } from '../../contracts/duration.js'

/**
 * An option that is a length of time. It takes a number of milliseconds or a text such as `'30s'`; the operator
 * receives milliseconds.
 *
 * @param least The shortest allowed duration, in milliseconds.
 * @default more than 0
 */
export function duration({ least = Number.MIN_VALUE }: { readonly least?: number } = {}): z.ZodType<number, Duration> {
  return z
    .union([z.number(), z.string()], expected)
    .refine((given) => millisecondsOf(given) >= least && Number.isFinite(millisecondsOf(given)), expected)
    .transform(millisecondsOf) as unknown as z.ZodType<number, Duration>
}

const expected = "a duration is expected: a number of milliseconds, or a text such as '30s', '10m' or '7d'"
