import {
  assertPromptsAllowed,
  type ColumnEffects,
  type Columns,
  defineOperator,
  MapOperator,
  type OperatorContext,
  type Prompt,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import {
  askedWith,
  askingOptions,
  checkOptions,
  nameOption,
  promptOption,
  wordsOptions,
} from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import type { Alone } from '../asking/component-types.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { splitText } from '../documents/split-text.js'
import { findSpan } from '../text/find-span.js'
import type { GroundSettings } from './component-types.js'
import { GroundPrompt } from './ground.prompt.js'
import { type GroundedClaim, verdicts } from './grounded-claim.js'

const { rowsPerCall: _, ...asking } = askingOptions

const options = z.strictObject({
  input: nameOption,
  source: nameOption,
  chunkTokens: z.number().int().positive().default(1500),
  output: nameOption.default('claims'),
  prompt: promptOption.optional(),
  claimsPrompt: promptOption.optional(),
  ...wordsOptions,
  ...asking,
})

type Options = z.output<typeof options>

/** Options of `Grounder`: those of `ai.ground`, with the model itself as `serving`. */
export type GrounderOptions = Omit<Alone<GroundSettings>, 'rowsPerCall' | 'input'> & {
  readonly input: string
  readonly source: string
  readonly claimsPrompt?: Prompt | undefined
}

const claims = z.strictObject({ claims: z.array(z.string()) })

const judged = (count: number) =>
  z.strictObject({
    verdicts: z.array(
      z.strictObject({
        claim: z.literal(Array.from({ length: count }, (_unused, index) => index + 1)),
        verdict: z.enum(verdicts),
        evidence: z.string(),
      }),
    ),
  })

const prompts = promptsOf(GroundPrompt)

const columnsOf = ({ output }: Options): Columns => ({ [output]: 'json', [`${output}_supported`]: 'number' })

/**
 * Says of each claim of a text whether a source supports it, with the piece of the source that does.
 *
 * @example
 * await new Grounder({ serving, input: 'answer', source: 'context' }).run(storage)
 */
export class Grounder extends MapOperator {
  readonly #options: Options
  readonly #claims: Asker
  readonly #verdicts: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: GrounderOptions) {
    super()
    const { options: checked, serving } = checkOptions('Grounder', options, given)
    const { language, instructions, prompt, claimsPrompt } = checked
    assertPromptsAllowed(
      'Grounder',
      prompts,
      [prompt, claimsPrompt].filter((given) => given !== undefined),
    )
    const own = (task: 'claims' | 'verdicts') => new GroundPrompt({ task, language, instructions })
    this.#options = checked
    this.#claims = new Asker({ serving, prompt: claimsPrompt ?? own('claims'), schema: claims, ...askedWith(checked) })
    this.#verdicts = new Asker({ serving, prompt: prompt ?? own('verdicts'), schema: judged(1), ...askedWith(checked) })
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input, this.#options.source], adds: columnsOf(this.#options) }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { input, source, output } = this.#options
    const [text, from] = [columnText(row, input), columnText(row, source)]
    const asked = await this.#claims.data(claims, { text }, context)
    const made = [...new Set(asked.claims.map((claim) => claim.trim()))].filter((claim) => claim !== '')
    const grounded = made.length === 0 ? [] : await this.#ground(made, from, context)
    const supported = grounded.filter(({ verdict }) => verdict === 'supported').length
    return {
      ...row,
      [output]: grounded,
      [`${output}_supported`]: grounded.length === 0 ? null : supported / grounded.length,
    }
  }

  /** A long source is asked about in parts; what one part supports is supported. */
  async #ground(made: readonly string[], source: string, context: OperatorContext): Promise<readonly GroundedClaim[]> {
    const { chunkTokens: size } = this.#options
    const parts = splitText(source, { method: 'recursive', size, overlap: 0, unit: 'tokens' })
    const numbered = made.map((claim, index) => ({ number: index + 1, claim }))
    const answers = await Promise.all(
      parts.map(({ start, end }) =>
        this.#verdicts.data(judged(made.length), { text: numbered, source: source.slice(start, end) }, context),
      ),
    )
    return made.map((claim, index) => {
      const said = answers
        .flatMap((answer) => answer.verdicts)
        .filter((one) => one.claim === index + 1 && one.verdict !== 'not-found')
        .map((one) => ({ verdict: one.verdict, span: findSpan(source, one.evidence) }))
        // What cannot be shown in the source is not in it.
        .filter(({ span }) => span !== undefined)
      const best = said.find(({ verdict }) => verdict === 'supported') ?? said[0]
      const { start, end } = best?.span ?? {}
      if (best === undefined || start === undefined || end === undefined)
        return { claim, verdict: 'not-found', evidence: null, start: null, end: null }
      return { claim, verdict: best.verdict, evidence: source.slice(start, end), start, end }
    })
  }
}

/**
 * `ai.ground`: whether a source supports what a text claims.
 *
 * @remarks
 * Cost: One call for the claims of a row, and one for each `chunkTokens` of its source.
 */
export const ground = defineOperator({
  name: 'ai.ground',
  kind: 'map',
  description: 'Says of each claim of a text whether a source supports it, with the evidence',
  options,
  columns: (given: Options) => ({ reads: [given.input, given.source], adds: columnsOf(given) }),
  deterministic: false,
  prompts: [filledPrompt('prompt', prompts, ['text', 'source']), filledPrompt('claimsPrompt', prompts, ['text'])],
  servings: ({ serving }) => [{ kind: 'llm', name: serving }],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) => new Grounder({ ...given, serving: servings.get(serving, 'llm') }),
})
