/** A count, abbreviated with a unit letter if it is long: 950, 12.3k, 4.56M. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(Math.round(count))
  const [value, unit] = count < 1_000_000 ? [count / 1000, 'k'] : [count / 1_000_000, 'M']
  return `${value.toPrecision(value < 1000 ? 3 : 4)}${unit}`
}

/** Rows per second, with the significant digits only. */
export function formatRate(perSecond: number): string {
  return perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(perSecond >= 1 ? 1 : 2)
}

/** A time span: 0.21 s, 34.2 s, 1 min 05 s, 2 h 10 min. */
export function formatSpan(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  const pad = (value: number) => String(value).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`
}

/** Dollars, with the significant digits only: $12.40, $0.0043. */
export function formatDollars(dollars: number): string {
  return `$${dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : dollars < 0.0001 ? dollars.toPrecision(1) : dollars.toFixed(4)}`
}

/** A number with the name of the counted things: 1 row, 2 rows. */
export function counted(number: number, name: string, plural = `${name}s`): string {
  return `${number} ${number === 1 ? name : plural}`
}
