import { InvalidArgumentError } from 'commander'

/** Parses a count. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('A whole number is expected.')
}

/** Parses a number of days, which may have a fraction. */
export function someDays(text: string): number {
  const days = Number(text)
  if (text.trim() !== '' && Number.isFinite(days) && days >= 0) return days
  throw new InvalidArgumentError('A number of days is expected.')
}

/** Collects repeated `name=value` options. */
export function gatherSettings(text: string, settings: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write name=value.')
  return { ...settings, [text.slice(0, at)]: text.slice(at + 1) }
}
