import type { NumberMeasure } from './measures/measures.js'

/** The least and the greatest value of a measure. */
export interface Limit {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** A limit, with another one for texts in scripts that do not put spaces between words. */
interface PresetLimit extends Limit {
  readonly unspaced?: Limit
}

type Limits = Readonly<Partial<Record<NumberMeasure, PresetLimit>>>

/**
 * Published sets of quality rules. Where a rule depends on how a language writes, Chinese and Japanese texts have a limit
 * of their own.
 */
export const presets = {
  /** Rae et al. 2021 (Gopher), section A1.1. */
  gopher: {
    words: { min: 50, max: 100_000 },
    meanWordLength: { min: 3, max: 10, unspaced: { min: 1, max: 10 } },
    symbolWordRatio: { max: 0.1 },
    bulletLineRatio: { max: 0.9 },
    ellipsisLineRatio: { max: 0.3 },
    alphabeticWordRatio: { min: 0.8 },
    stopWords: { min: 2 },
  },
  /** Rae et al. 2021 (Gopher), table A1. */
  'gopher-repetition': {
    duplicateLineRatio: { max: 0.3 },
    duplicateParagraphRatio: { max: 0.3 },
    duplicateLineCharacterRatio: { max: 0.2 },
    duplicateParagraphCharacterRatio: { max: 0.2 },
    top2WordRatio: { max: 0.2 },
    top3WordRatio: { max: 0.18 },
    top4WordRatio: { max: 0.16 },
    duplicate5WordRatio: { max: 0.15 },
    duplicate6WordRatio: { max: 0.14 },
    duplicate7WordRatio: { max: 0.13 },
    duplicate8WordRatio: { max: 0.12 },
    duplicate9WordRatio: { max: 0.11 },
    duplicate10WordRatio: { max: 0.1 },
  },
  /** Raffel et al. 2020 (C4), section 2.2: the rules that drop a page. Its rules for lines are steps of `text.normalize`. */
  c4: {
    sentences: { min: 3 },
    curlyBrackets: { max: 0 },
    loremIpsum: { max: 0 },
    blockedWords: { max: 0 },
  },
  /** Penedo et al. 2024 (FineWeb), section 3.6. */
  fineweb: {
    punctuatedLineRatio: { min: 0.12 },
    duplicateLineCharacterRatio: { max: 0.1 },
    shortLineRatio: { max: 0.67 },
  },
} as const satisfies Readonly<Record<string, Limits>>

export const presetNames = Object.keys(presets) as (keyof typeof presets)[]

/** The name of a preset of measures and their limits. */
export type PresetName = keyof typeof presets

/** The limit of a preset for a kind of script. */
export function limitFor({ unspaced, ...usual }: PresetLimit, isUnspaced: boolean): Limit {
  return isUnspaced && unspaced !== undefined ? unspaced : usual
}
