const bytesIn = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const

/**
 * A size: a number of bytes, or a number with a unit. Units are decimal (`'64MB'`) or, with an `i`, binary (`'64MiB'`).
 */
export type ByteSize = number | `${number}${keyof typeof bytesIn}`

/** The bytes of a size; `NaN` for an invalid one. */
export function bytesOf(size: unknown): number {
  if (typeof size === 'number') return size
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([KMGT]?i?B)$/.exec(String(size)) ?? []
  return unit === undefined ? Number.NaN : Number(amount) * (bytesIn[unit as keyof typeof bytesIn] ?? Number.NaN)
}
