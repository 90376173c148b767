import type { TextParts } from './text-parts.js'

/** The language of a text, and how sure it is. */
export interface FoundLanguage {
  /** A code of ISO 639-1, or null if the text is too short or has no letters. */
  readonly language: string | null
  /** From 0 to 1. */
  readonly score: number
}

/** The most characters that are looked at. */
const sampleLength = 5000

/** Identifies one of 60 languages by its n-grams, with the library eld. It is loaded when it is first needed. */
export async function loadLanguageFinder(): Promise<(parts: TextParts) => FoundLanguage> {
  const { eld } = await import('eld/small')
  return ({ text }) => {
    const found = eld.detect(text.slice(0, sampleLength))
    const scores = found.getScores()
    return found.language === ''
      ? { language: null, score: 0 }
      : { language: found.language, score: scores[found.language] ?? 0 }
  }
}
