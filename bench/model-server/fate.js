// What becomes of a row's first call, drawn from its number: the same in every run and for every client.
import { createHash } from 'node:crypto'

/** 1 % slow, 5 % refused, 2 % a fault. A second call of the row is answered; a slow row is slow each time. */
export function fateOf(row) {
  const draw = createHash('sha256').update(`fate of row ${row}`).digest().readUInt32LE(0) / 2 ** 32
  if (draw < 0.01) return 'slow'
  if (draw < 0.06) return 'refused'
  if (draw < 0.08) return 'fault'
  return 'answered'
}
