import type { Span } from './personal-data.js'

const pattern = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])/g
const [shortest, longest] = [15, 34]

/** Finds IBANs (ISO 13616). Words after a number are removed until its check digits are valid. */
export function* findIbans(text: string): Generator<Span> {
  const search = new RegExp(pattern)
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { 0: candidate, index } = match
    const length =
      endsOf(candidate).find((end) => isIban(candidate.slice(0, end))) ?? mistyped(text, index, candidate)?.length
    if (length !== undefined) yield { start: index, end: index + length }
    // The words after a number, or after what is none, may be the next number.
    search.lastIndex = index + (length ?? 2)
  }
}

function isIban(text: string): boolean {
  const plain = text.replaceAll(/[ -]/g, '').toUpperCase()
  return plain.length >= shortest && plain.length <= longest && hasCheck(plain)
}

const grouped = /^[A-Z]{2}\d{2}(?:([ -]?)[A-Z0-9]{4}){2,7}(?:\1[A-Z0-9]{1,3})?/

/** A number with a wrong digit that the text calls an IBAN. It says nearly as much as the right one. */
function mistyped(text: string, index: number, candidate: string): string | undefined {
  if (!/\bIBAN[ :.]{0,3}$/i.test(text.slice(Math.max(0, index - 8), index))) return undefined
  const found = grouped.exec(candidate)?.[0]
  return found !== undefined && found.replaceAll(/\D/g, '').length >= 10 ? found : undefined
}

/** The possible ends of a candidate: after each of its groups, the last one first. */
function endsOf(candidate: string): readonly number[] {
  const breaks = Array.from(candidate.matchAll(/[ -]/g), ({ index }) => index)
  return [...breaks, candidate.length].toReversed()
}

/** Letters become numbers from 10, the first four characters move to the end, and the remainder modulo 97 must be 1. */
function hasCheck(plain: string): boolean {
  const digits = (plain.slice(4) + plain.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1
}
