const millisecondsPerDay = 86_400_000
/** Plans and reports warn this many days before a model retires. */
const noticeDays = 90

/**
 * The warning about a model that retires soon or has retired; undefined for any other.
 *
 * @param model The model as the message names it. @param retires The day, such as `2027-05-07`.
 */
export function retirementWarning(model: string, retires: string | undefined, now = Date.now()): string | undefined {
  const day = Date.parse(retires ?? '')
  if (Number.isNaN(day) || day - now > noticeDays * millisecondsPerDay) return undefined
  return day <= now
    ? `${model} was retired by its provider on ${retires}. Choose another model.`
    : `${model} will be retired by its provider on ${retires}. Choose another model before that day.`
}
