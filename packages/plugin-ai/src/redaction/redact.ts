import { createHash } from 'node:crypto'
import {
  type ColumnEffects,
  type Columns,
  defineOperator,
  type LLMServing,
  MapOperator,
  type OperatorContext,
  type Prompt,
  promptRestrict,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { askedWith, nameOption, taskOptions } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import type { RedactSettings } from './component-types.js'
import { occurrences } from './occurrences.js'
import { modelTypes, overlaps, type PersonalData, type PersonalDataType, ruleTypes } from './personal-data.js'
import { RedactPrompt } from './redact.prompt.js'
import type { Region } from './regions.js'
import { sameNumbers } from './same-numbers.js'

const { rowsPerCall: _, ...asking } = taskOptions
const types = [...ruleTypes, ...modelTypes] as const

const options = z.strictObject({
  input: nameOption,
  output: nameOption.optional(),
  types: z
    .array(z.enum(types))
    .min(1)
    .default([...types]),
  regions: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'a country is written as two capital letters, such as DE'))
    .transform((regions) => regions as Region[])
    .optional(),
  method: z.enum(['rules', 'both']).default('both'),
  replace: z.enum(['placeholder', 'mask', 'remove', 'hash']).default('placeholder'),
  salt: z.string().default(''),
  ...asking,
})

type Options = z.output<typeof options>

/** Options of `Redactor`: those of `ai.redact`, with the model itself as `serving`. */
export type RedactorOptions = Omit<RedactSettings, 'serving' | 'types'> & {
  readonly input: string
  readonly types?: readonly PersonalDataType[]
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
  readonly instructions?: string | undefined
  /** Not needed with `method: 'rules'`. */
  readonly serving?: LLMServing | undefined
}

const promptOf = ({ prompt, input, language, instructions }: Options): Prompt =>
  prompt ?? new RedactPrompt({ input, language, instructions })

const asksModel = ({ method, types: wanted }: Options) =>
  method === 'both' && modelTypes.some((type) => wanted.includes(type))

const columnsOf = ({ input, output = input }: Options): Columns => ({ [output]: 'string', [`${output}_found`]: 'json' })

const named = z.strictObject({ found: z.array(z.strictObject({ type: z.enum(modelTypes), text: z.string() })) })

class TextRedactor extends MapOperator {
  readonly #options: Options
  readonly #asker: Asker | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ serving, ...given }: RedactorOptions) {
    super()
    const result = options.safeParse(given)
    const fault = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'Redactor', reason })
    if (!result.success)
      throw fault(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
    this.#options = result.data
    if (!asksModel(result.data)) return
    if (serving === undefined) throw fault("there is no serving to ask; with method: 'rules' none is needed")
    const prompt = promptOf(result.data)
    this.validatePrompts([prompt])
    this.#asker = new Asker({ serving, prompt, schema: named, ...askedWith(result.data) })
  }

  override get columns(): ColumnEffects {
    return effectsOf(this.#options)
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { input, output = input, types: wanted, regions } = this.#options
    const text = columnText(row, input)
    // The tables of telephone numbers are loaded when the first row needs them.
    const { findByRules } = await import('./find-by-rules.js')
    const byRules = findByRules(text, new Set(wanted), regions)
    const asked = await this.#asker?.data(named, row, context)
    const byModel = (asked?.found ?? [])
      .filter(({ type }) => wanted.includes(type))
      .flatMap((one) => occurrences(text, one.text, one.type))
    // What was found once is taken out wherever it stands.
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
      const key = `${type} ${value.toLowerCase().replaceAll(/[\s-]/g, '')}`
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

/** In order; of pieces that overlap, one that covers both, so that no end of either stays. */
function merged(found: readonly PersonalData[]): readonly PersonalData[] {
  const all: PersonalData[] = []
  for (const piece of [...found].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const last = all.at(-1)
    if (last === undefined || !overlaps(last, piece)) all.push(piece)
    else all[all.length - 1] = { ...last, end: Math.max(last.end, piece.end) }
  }
  return all
}

function effectsOf(given: Options): ColumnEffects & { readonly adds: Columns } {
  const reads = asksModel(given) ? [given.input, ...promptOf(given).variables] : [given.input]
  return { reads: [...new Set(reads)], adds: columnsOf(given) }
}

const prompts = promptsOf(RedactPrompt)

/**
 * Removes personal data from a text: rules find what has a recognisable form, and a model finds names and addresses.
 *
 * @example
 * await new Redactor({ input: 'text', method: 'rules' }).run(storage)
 */
export const Redactor = promptRestrict(...prompts)(TextRedactor)
export type Redactor = TextRedactor

/**
 * `ai.redact`: personal data out of a text.
 *
 * @remarks
 * Cost: One call a row; none with `method: 'rules'`.
 */
export const redact = defineOperator({
  name: 'ai.redact',
  kind: 'map',
  description: 'Takes personal data out of a text, by rules and by a model',
  options,
  columns: (given: Options) => effectsOf(given),
  deterministic: false,
  prompts: { option: 'prompt', allowed: prompts },
  servings: (given) =>
    asksModel(given) ? [{ kind: 'llm', name: given.serving, capabilities: given.prompt?.needs ?? [] }] : [],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new Redactor({
      ...(given as unknown as RedactorOptions),
      serving: asksModel({ serving, ...given }) ? servings.get(serving, 'llm') : undefined,
    }),
})
