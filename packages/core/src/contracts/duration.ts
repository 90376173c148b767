const millisecondsIn = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A duration: a number of milliseconds, or a number with a unit, such as `'500ms'`, `'30s'`, `'10m'`, `'1h'`, `'7d'`.
 */
export type Duration = number | `${number}${keyof typeof millisecondsIn}`

/** The milliseconds of a duration; `NaN` for an invalid one. */
export function millisecondsOf(duration: unknown): number {
  if (typeof duration === 'number') return duration
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? []
  return unit === undefined ? Number.NaN : Number(amount) * millisecondsIn[unit as keyof typeof millisecondsIn]
}
