const plain = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese. */
const unspaced = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[\ud840-\ud87f]/
let segmenter: Intl.Segmenter | undefined

/**
 * The words of a text, normalized for a search: case and width are ignored, and scripts without spaces are segmented.
 */
export function wordsOf(text: string): readonly string[] {
  const normal = text.normalize('NFKC').toLowerCase()
  if (!unspaced.test(normal)) return normal.match(plain) ?? []
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' })
  return Array.from(segmenter.segment(normal)).flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []))
}
