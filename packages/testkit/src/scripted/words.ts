/** Words as a scripted model counts its tokens. */
export function countWords(text: string): number {
  return wordsOf(text).length
}

/** The beginning of a text, so many words long. */
export function firstWords(text: string, count: number): string {
  return (text.match(/\s*\S+/g) ?? []).slice(0, count).join('')
}

export function wordsOf(text: string): readonly string[] {
  return text.match(/\S+/g) ?? []
}
