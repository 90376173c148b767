import type { Span } from './personal-data.js'

const pattern = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])/g
const [shortest, longest] = [15, 34]

/** Finds IBANs (ISO 13616). Words after a number are removed until its check digits are valid. */
export function* findIbans(text: string): Generator<Span> {
  const search = new RegExp(pattern)
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { 0: candidate, index } = match
    const length = endsOf(candidate).find((end) => isIban(candidate.slice(0, end)))
    if (length !== undefined) yield { start: index, end: index + length }
    // The words after a number, or after what is none, may be the next number.
    search.lastIndex = index + (length ?? 2)
  }
}

function isIban(text: string): boolean {
  const plain = text.replaceAll(/[ -]/g, '').toUpperCase()
  return plain.length >= shortest && plain.length <= longest && hasCheck(plain)
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
