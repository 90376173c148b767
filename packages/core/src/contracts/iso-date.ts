const isoDate = /^((?:\d{4}|[+-]\d{6})-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Reads an ISO 8601 date or time, such as 2026-01-02 or 2026-01-02T03:04:05.678Z. A year beyond 9999 has a sign and six
 * digits. A time without a time zone is in UTC, wherever the program runs. The result is undefined for any other text.
 */
export function parseIsoDate(text: string): Date | undefined {
  const [, day, dayOfMonth, time = '00:00', zone = 'Z'] = isoDate.exec(text) ?? []
  if (day === undefined) return undefined
  const date = new Date(`${day}T${time}${zone}`)
  // A day that the month does not have would become a day of the next month.
  return new Date(`${day}T00:00Z`).getUTCDate() === Number(dayOfMonth) && !Number.isNaN(date.getTime())
    ? date
    : undefined
}
