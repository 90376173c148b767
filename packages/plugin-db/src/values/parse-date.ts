const isoDate =
  /^(\d{4}-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?$/i

/** A day or time of ISO 8601 as a date; one without a zone is in UTC. Undefined when it is none. */
export function parseDate(text: string): Date | undefined {
  const [, day, dayOfMonth, time = '00:00', zone = 'Z'] = isoDate.exec(text) ?? []
  if (day === undefined) return undefined
  const date = new Date(`${day}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`)
  // A day that the month does not have would become one of the next month.
  return new Date(`${day}T00:00Z`).getUTCDate() === Number(dayOfMonth) && !Number.isNaN(date.getTime())
    ? date
    : undefined
}
