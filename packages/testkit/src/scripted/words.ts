/** The words of a text, which are the tokens of a scripted model. */
export function countWords(text: string): number {
  return wordsOf(text).length
}

/** The first words of a text, up to a number. */
export function firstWords(text: string, count: number): string {
  return (text.match(/\s*\S+/g) ?? []).slice(0, count).join('')
}

export function wordsOf(text: string): readonly string[] {
  return text.match(/\S+/g) ?? []
}
