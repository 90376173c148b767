import { blockedWordCounter } from './blocked-words.js'
import * as counts from './counts.js'
import { loadLanguageFinder } from './language.js'
import { lexicalDiversity, longestPhrase } from './phrases.js'
import {
  duplicateLineCharacterRatio,
  duplicateLineRatio,
  duplicateParagraphCharacterRatio,
  duplicateParagraphRatio,
  duplicateSequenceRatio,
  topSequenceRatio,
} from './repetition.js'
import type { TextParts } from './text-parts.js'
import * as pages from './web-pages.js'

type Measure = (parts: TextParts) => number

/** Measures that are computed from the text alone. Ratios are from 0 to 1; the others are counts. */
const plainMeasures = {
  characters: counts.characters,
  words: counts.words,
  sentences: counts.sentences,
  lines: counts.lines,
  paragraphs: counts.paragraphs,
  meanWordLength: counts.meanWordLength,
  uniqueWordRatio: counts.uniqueWordRatio,
  lexicalDiversity,
  longestPhrase,
  stopWords: counts.stopWordCount,
  stopWordRatio: counts.stopWordRatio,
  symbolWordRatio: counts.symbolWordRatio,
  alphabeticWordRatio: counts.alphabeticWordRatio,
  letterRatio: counts.letterRatio,
  digitRatio: counts.digitRatio,
  specialCharacterRatio: counts.specialCharacterRatio,
  capitalRatio: counts.capitalRatio,
  bulletLineRatio: counts.bulletLineRatio,
  ellipsisLineRatio: counts.ellipsisLineRatio,
  endsWithColon: counts.endsWithColon,
  punctuatedLineRatio: counts.punctuatedLineRatio,
  shortLineRatio: counts.shortLineRatio,
  newlineWordRatio: counts.newlineWordRatio,
  duplicateLineRatio,
  duplicateLineCharacterRatio,
  duplicateParagraphRatio,
  duplicateParagraphCharacterRatio,
  top2WordRatio: (parts) => topSequenceRatio(parts, 2),
  top3WordRatio: (parts) => topSequenceRatio(parts, 3),
  top4WordRatio: (parts) => topSequenceRatio(parts, 4),
  duplicate5WordRatio: (parts) => duplicateSequenceRatio(parts, 5),
  duplicate6WordRatio: (parts) => duplicateSequenceRatio(parts, 6),
  duplicate7WordRatio: (parts) => duplicateSequenceRatio(parts, 7),
  duplicate8WordRatio: (parts) => duplicateSequenceRatio(parts, 8),
  duplicate9WordRatio: (parts) => duplicateSequenceRatio(parts, 9),
  duplicate10WordRatio: (parts) => duplicateSequenceRatio(parts, 10),
  curlyBrackets: pages.curlyBrackets,
  htmlEntities: pages.htmlEntities,
  htmlTags: pages.htmlTags,
  urls: pages.urls,
  loremIpsum: pages.loremIpsum,
  javascriptLines: pages.javascriptLines,
  policyLines: pages.policyLines,
  watermarks: pages.watermarks,
  brokenCharacters: pages.brokenCharacters,
} as const satisfies Readonly<Record<string, Measure>>

/** Measures that need a library or a list of words. */
const furtherNumbers = ['personalData', 'blockedWords', 'languageScore'] as const

/** The names of the measures that are numbers. */
export const numberMeasures = [
  ...(Object.keys(plainMeasures) as (keyof typeof plainMeasures)[]),
  ...furtherNumbers,
] as const

/** The names of all measures. */
export const measureNames = [...numberMeasures, 'language'] as const

/** The name of a measure that is a number. */
export type NumberMeasure = (typeof numberMeasures)[number]
/** The name of a measure. */
export type MeasureName = (typeof measureNames)[number]

/** The type of the column of a measure. */
export function measureType(name: MeasureName): 'string' | 'number' {
  return name === 'language' ? 'string' : 'number'
}

/** The measures of a text, of which each is computed when it is asked for. */
export type MeasureText = (parts: TextParts, name: MeasureName) => number | string | null

/** @param blocked The list of the measure `blockedWords`. Libraries are loaded only for the names that need them. */
export async function loadMeasures(names: readonly MeasureName[], blocked: readonly string[]): Promise<MeasureText> {
  const needsLanguage = names.some((name) => name === 'language' || name === 'languageScore')
  const findLanguage = needsLanguage ? await loadLanguageFinder() : undefined
  const personal = names.includes('personalData') ? (await import('./personal-data.js')).personalData : undefined
  const countBlocked = blockedWordCounter(blocked)
  return (parts, name) => {
    switch (name) {
      case 'language':
        return findLanguage?.(parts).language ?? null
      case 'languageScore':
        return findLanguage?.(parts).score ?? null
      case 'personalData':
        return personal?.(parts) ?? null
      case 'blockedWords':
        return countBlocked(parts)
      default:
        return plainMeasures[name](parts)
    }
  }
}
