import { column, defineOperator, type Row } from '@maestro-dataflow/core'
import { z } from 'zod'
import { textError } from './errors.js'
import { loadMeasures, type NumberMeasure, numberMeasures } from './measures/measures.js'
import { TextParts } from './measures/text-parts.js'
import { onceLoaded } from './once-loaded.js'
import { type Limit, limitFor, presetNames, presets } from './presets.js'
import { foundIn, textOf } from './text-of.js'

const limit = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'give `min`, `max`, or both')
  .refine(({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) => min <= max, '`min` is above `max`')

const fields = {
  /** The column with the text. @default the measures are read from the columns that `text.measure` added */
  input: column().optional(),
  /** Published sets of rules. @default [] */
  presets: z.array(z.enum(presetNames)).default([]),
  /** Limits of measures: `{ words: { min: 20 }, urls: { max: 3 } }`. A limit replaces that of a preset. @default {} */
  limits: z.partialRecord(z.enum(numberMeasures), limit).default({}),
  /** The allowed languages, as codes of ISO 639-1. @default all */
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/))
    .min(1)
    .optional(),
  /** Without `input`: what precedes the name of a measure in the name of its column. @default '' */
  prefix: z.string().default(''),
  /** The words that `blockedWords` counts, in any capitals. @default [] */
  blocklist: z.array(z.string()).default([]),
}

interface Rule {
  readonly name: NumberMeasure
  readonly source: string
  limit(isUnspaced: boolean): Limit
}

interface Rules {
  readonly presets: readonly (keyof typeof presets)[]
  readonly limits: Readonly<Partial<Record<NumberMeasure, Limit>>>
}

/** The rules in the order of their cost: repetition is the most expensive. */
function rulesOf({ presets: chosen, limits }: Rules): readonly Rule[] {
  const own = Object.entries(limits) as [NumberMeasure, Limit][]
  const rules: Rule[] = own.map(([name, given]) => ({ name, source: 'limits', limit: () => given }))
  for (const preset of chosen)
    for (const [name, given] of Object.entries(presets[preset]) as [NumberMeasure, Limit][])
      if (!Object.hasOwn(limits, name))
        rules.push({ name, source: preset, limit: (isUnspaced) => limitFor(given, isUnspaced) })
  return rules.sort((one, other) => numberMeasures.indexOf(one.name) - numberMeasures.indexOf(other.name))
}

/** Why a value is outside of a limit, or undefined. */
function faultOf({ name, source }: Rule, { min, max }: Limit, value: number): string | undefined {
  const shown = `${name} is ${Number(value.toPrecision(4))}`
  if (min !== undefined && value < min) return `${shown}, below ${min} (${source})`
  return max !== undefined && value > max ? `${shown}, above ${max} (${source})` : undefined
}

/**
 * `text.filter`: keeps the rows whose text meets quality rules. The reason for each dropped row names the measure, its
 * value, and the limit.
 *
 * @example .step('text.filter', { input: 'text', limits: { words: { min: 3 } }, languages: ['en', 'zh'] })
 */
export const filter = defineOperator({
  name: 'text.filter',
  kind: 'filter',
  description: 'Keeps rows whose text meets the quality rules of Gopher, C4, FineWeb, or your own',
  options: fields,
  refine({ presets: chosen, limits, languages }, { addIssue }) {
    if (chosen.length === 0 && Object.keys(limits).length === 0 && languages === undefined)
      addIssue({
        code: 'custom',
        path: ['presets'],
        message: 'give `presets`, `limits`, or `languages`',
        input: chosen,
      })
  },
  columns: ({ input, presets: chosen, limits, languages, prefix }) => {
    const names = [...rulesOf({ presets: chosen, limits }).map(({ name }) => name), ...(languages ? ['language'] : [])]
    return { reads: input === undefined ? names.map((name) => `${prefix}${name}`) : [input], adds: {} }
  },
  stateless: true,
  create(options) {
    const { input, languages, prefix, blocklist } = options
    const rules = rulesOf(options)
    if (input === undefined) {
      const readNumber = (row: Row, name: NumberMeasure) => {
        const value = row[`${prefix}${name}`]
        if (typeof value === 'number' && !Number.isNaN(value)) return value
        throw textError('MAESTRO_TEXT_MEASURE', { column: `${prefix}${name}`, found: foundIn(value) })
      }
      return (row, { drop }) => {
        const language = row[`${prefix}language`]
        if (languages !== undefined && !languages.includes(String(language)))
          return drop(`the language is ${language ?? 'unknown'}`)
        // The script is not known from the columns, so that the wider of two limits counts.
        for (const rule of rules) {
          const value = readNumber(row, rule.name)
          const faults = [false, true].map((isUnspaced) => faultOf(rule, rule.limit(isUnspaced), value))
          const [fault] = faults
          if (fault !== undefined && faults.every((one) => one !== undefined)) return drop(fault)
        }
        return true
      }
    }
    const names = [...rules.map(({ name }) => name), ...(languages === undefined ? [] : (['language'] as const))]
    const withMeasures = onceLoaded(loadMeasures(names, blocklist))
    return (row, { drop }) =>
      withMeasures((measureText) => {
        const parts = new TextParts(textOf(row, input))
        if (languages !== undefined) {
          const language = measureText(parts, 'language')
          if (!languages.includes(String(language))) return drop(`the language is ${language ?? 'unknown'}`)
        }
        for (const rule of rules) {
          const fault = faultOf(rule, rule.limit(parts.isUnspaced), Number(measureText(parts, rule.name)))
          if (fault !== undefined) return drop(fault)
        }
        return true
      })
  },
})
