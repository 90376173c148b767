import { createHash } from 'node:crypto'
import {
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  fieldsOf,
  type LLMServing,
  MapOperator,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  type Prompt,
  promptOption,
  promptRestrict,
  type Row,
  typed,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, askedWith, nameOption, SharingOptions, WordsOptions } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { foldText } from './fold-text.js'
import { occurrences } from './occurrences.js'
import { modelTypes, overlaps, type PersonalData, type PersonalDataType, ruleTypes } from './personal-data.js'
import { RedactPrompt } from './redact.prompt.js'
import type { Region } from './regions.js'
import { sameNumbers } from './same-numbers.js'

const prompts = promptsOf(RedactPrompt)
const types = [...ruleTypes, ...modelTypes] as const
const country = z.string().regex(/^[A-Z]{2}$/, 'a country is written as two capital letters, such as DE')

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /**
     * The column of the redacted text. `<output>_found` holds the type and the position of each finding, but not its
     * value.
     *
     * @default the value of `input`
     */
    output: nameOption.optional(),
    /** The types of personal data to remove. @default all */
    types: z
      .array(z.enum(types))
      .min(1)
      .default([...types]),
    /**
     * The countries, as two capital letters, whose national telephone numbers are recognized. Numbers with a country
     * code are always recognized.
     *
     * @default 42 countries, among them US, GB, DE, FR, CN, IN, and JP
     */
    regions: z.array(country).optional(),
    /**
     * `rules` finds data with a recognizable form, without a model; `both` also asks a model for names and addresses.
     *
     * @default 'both'
     */
    method: z.enum(['rules', 'both']).default('both'),
    /**
     * The replacement of personal data. `placeholder`: `[EMAIL_1]`, the same for equal values of a row; `mask`: stars;
     * `remove`: nothing; `hash`: `[EMAIL_3f2a...]`, the same in all rows.
     *
     * @default 'placeholder'
     */
    replace: z.enum(['placeholder', 'mask', 'remove', 'hash']).default('placeholder'),
    /** A secret that becomes part of each hash. Without it, values can be found by trial and error. */
    salt: z.string().default(''),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  WordsOptions,
  AskingOptions,
  SharingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `Redactor`: those of `ai.redact`, with the model itself as `serving`; `method: 'rules'` needs none. */
export type RedactorOptions = Alone<typeof fields, { readonly serving?: LLMServing | undefined }>

const promptOf = ({ prompt, input, language, instructions }: Options): Prompt =>
  prompt ?? new RedactPrompt({ input, language, instructions })

const needsModel = ({ method, types: wanted }: Options) =>
  method === 'both' && modelTypes.some((type) => wanted.includes(type))

const columnsOf = ({ input, output = input }: Options): Columns => ({ [output]: 'string', [`${output}_found`]: 'json' })

const foundByModel = z.strictObject({ found: z.array(z.strictObject({ type: z.enum(modelTypes), text: z.string() })) })

class TextRedactor extends MapOperator {
  readonly #options: Options
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ serving, ...given }: RedactorOptions) {
    super()
    const checked = parseOptions('Redactor', schema, given)
    this.#options = checked
    if (!needsModel(checked)) return
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'Redactor',
        reason: "a serving is required, except with method: 'rules'",
      })
    const prompt = promptOf(checked)
    this.validatePrompts([prompt])
    this.#asker = new Asker({ serving, prompt, schema: foundByModel, ...askedWith(checked) })
  }

  override get columns(): ColumnEffects {
    const { input } = this.#options
    const asked = needsModel(this.#options) ? promptOf(this.#options).variables : []
    return { reads: [...new Set([input, ...asked])], adds: columnsOf(this.#options) }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { input, output = input, types: wanted, regions } = this.#options
    const text = columnText(row, input)
    // The tables of telephone numbers are loaded when the first row needs them.
    const { findByRules } = await import('./find-by-rules.js')
    const byRules = findByRules(text, new Set(wanted), regions as readonly Region[] | undefined)
    const asked = await this.#asker?.data(foundByModel, row, context)
    const named = (asked?.found ?? []).filter(({ type }) => wanted.includes(type))
    const byModel = occurrences(text, named)
    // A value that was found once is removed everywhere in the text.
    const found = merged([...byRules, ...sameNumbers(text, byRules), ...byModel])
    return { ...row, [output]: this.#replaced(text, found), [`${output}_found`]: found }
  }

  #replaced(text: string, found: readonly PersonalData[]): string {
    const numbers = new Map<string, number>()
    const counts = new Map<PersonalDataType, number>()
    let replaced = ''
    let place = 0
    for (const { type, start, end } of found) {
      const value = text.slice(start, end)
      const key = `${type} ${foldText(value).text.replaceAll(/[\s-]/g, '')}`
      const number = numbers.get(key) ?? (counts.get(type) ?? 0) + 1
      if (!numbers.has(key)) counts.set(type, number)
      numbers.set(key, number)
      replaced += text.slice(place, start) + this.#instead(type, value, number)
      place = end
    }
    return replaced + text.slice(place)
  }

  #instead(type: PersonalDataType, value: string, number: number): string {
    const { replace, salt } = this.#options
    const name = type.toUpperCase().replaceAll('-', '_')
    if (replace === 'placeholder') return `[${name}_${number}]`
    if (replace === 'remove') return ''
    if (replace === 'mask') return value.replaceAll(/[\p{L}\p{N}]/gu, '*')
    return `[${name}_${createHash('sha256').update(`${salt} ${value}`).digest('hex').slice(0, 12)}]`
  }
}

/** Sorts the findings and merges overlapping ones, so that no part of either remains. */
function merged(found: readonly PersonalData[]): readonly PersonalData[] {
  const all: PersonalData[] = []
  for (const piece of [...found].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const last = all.at(-1)
    if (last === undefined || !overlaps(last, piece)) all.push(piece)
    else all[all.length - 1] = { ...last, end: Math.max(last.end, piece.end) }
  }
  return all
}

/**
 * Removes personal data from a text. Rules find data with a recognizable form, and a model finds names and addresses.
 *
 * @example
 * await new Redactor({ input: 'text', method: 'rules' }).run(storage)
 */
export const Redactor = promptRestrict(...prompts)(TextRedactor)
export type Redactor = TextRedactor

/**
 * `ai.redact`: removes personal data from a text.
 *
 * @remarks
 * Cost: One call per row; no call with `method: 'rules'`.
 */
export const redact = defineOperator({
  name: 'ai.redact',
  kind: 'map',
  description: 'Removes personal data from a text with rules and a model',
  options: fields,
  adds: { '{output|input}': 'string', '{output|input}_found': typed<readonly PersonalData[]>('json') },
  ...asksModel,
  servings: (given) => (needsModel(given) ? asksModel.servings(given) : []),
  create: ({ serving, ...given }, [servings]) =>
    new Redactor({ ...given, serving: needsModel({ serving, ...given }) ? servings.get(serving, 'llm') : undefined }),
})
