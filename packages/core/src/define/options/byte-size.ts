import { z } from 'zod'
import { type ByteSize, bytesOf } from '../../contracts/byte-size.js'

/** An option that is a size. It takes a number of bytes or a text such as `'64MB'`; the operator receives bytes. */
export function byteSize(): z.ZodType<number, ByteSize> {
  return z
    .union([z.number(), z.string()], expected)
    .refine((given) => bytesOf(given) > 0 && Number.isFinite(bytesOf(given)), expected)
    .transform(bytesOf) as unknown as z.ZodType<number, ByteSize>
}

const expected = "a size is expected: a number of bytes, or a text such as '64MB' or '2GiB'"
