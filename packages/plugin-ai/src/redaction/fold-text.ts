/** A text in the form in which names are compared, and where each part of it begins in the original. */
export interface FoldedText {
  readonly text: string
  /** The place in the original at which each code unit of the folded text begins. One more entry is the end. */
  readonly starts: readonly number[]
}

/** Letters with their marks; the parts of a decomposed Korean syllable; or one other character. */
const units = /[\u1100-\u11ff]+|\P{M}\p{M}*|\p{M}+/gu
/** The accents of Latin, Greek, and Cyrillic. The marks of other scripts are letters of their words. */
const accents = /[\u0300-\u036f]/gu
const isPlain = /^[\0-\x7f]*$/

/**
 * Folds a text, so that the ways to write one name become equal: capitals, accents, wide characters, `ß`, and the forms of
 * apostrophes, hyphens, and spaces.
 */
export function foldText(original: string): FoldedText {
  const starts: number[] = []
  let text = ''
  for (const { 0: unit, index } of original.matchAll(units)) {
    const folded = foldUnit(unit)
    text += folded
    for (let place = 0; place < folded.length; place++) starts.push(index)
  }
  starts.push(original.length)
  return { text, starts }
}

function foldUnit(unit: string): string {
  if (isPlain.test(unit)) return unit.toLowerCase()
  if (/['‘’ʼ`´]/u.test(unit)) return "'"
  if (/\p{Pd}/u.test(unit)) return '-'
  if (/[\s\u200b-\u200d\u2060]/u.test(unit)) return ' '
  return unit.normalize('NFKD').replaceAll(accents, '').normalize('NFC').toLowerCase().replaceAll('ß', 'ss')
}
