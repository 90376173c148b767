import {
  assertPromptsAllowed,
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  fieldsOf,
  MapOperator,
  newColumn,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  promptOption,
  type Row,
  typed,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, askedWith, SharingOptions, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { splitText } from '../documents/split-text.js'
import { findSpan } from '../text/find-span.js'
import { GroundPrompt } from './ground.prompt.js'
import { type GroundedClaim, verdicts } from './grounded-claim.js'

const prompts = promptsOf(GroundPrompt)

const fields = fieldsOf(
  {
    /** The column of the text whose claims are judged. */
    input: column(),
    /** The column of the text that must support the claims. */
    source: column(),
    /**
     * The number of tokens of the source, estimated from the script, that one call asks about. A longer source is split
     * into several calls.
     *
     * @default 1500
     */
    chunkTokens: z.number().int().positive().default(1500),
    /**
     * The column of the claims: a list of `{ claim, verdict, evidence, start, end }`, whose evidence is a part of the
     * source. `<output>_supported` holds the share of supported claims, or null for a text without claims.
     *
     * @default 'claims'
     */
    output: newColumn('claims'),
    /** A prompt that replaces the operator's own. Its variables are `text`, a numbered list of claims, and `source`. */
    prompt: promptOption({ allowed: prompts, variables: ['text', 'source'], overRow: false }).optional(),
    /** A prompt that replaces the operator's own and splits `text` into claims. */
    claimsPrompt: promptOption({ allowed: prompts, variables: ['text'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
  SharingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `Grounder`: those of `ai.ground`, with the model itself as `serving`. */
export type GrounderOptions = Alone<typeof fields>

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

const columnsOf = ({ output }: Options): Columns => ({ [output]: 'json', [`${output}_supported`]: 'number' })

/**
 * Checks whether a source supports each claim of a text, and quotes the part of the source that does.
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
    const { options: checked, serving } = checkOptions('Grounder', schema, given)
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

  /** A long source is checked in parts. A claim is supported if one part supports it. */
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
        // A claim counts as not found if its evidence does not occur in the source.
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
 * `ai.ground`: checks whether a source supports the claims of a text.
 *
 * @remarks
 * Cost: One call per row for the claims, and one for each `chunkTokens` of the source.
 */
export const ground = defineOperator({
  name: 'ai.ground',
  kind: 'map',
  description: 'Checks whether a source supports each claim of a text, and quotes the evidence',
  options: fields,
  adds: {
    '{output}': typed<readonly GroundedClaim[]>('json'),
    '{output}_supported': typed<number | null>('number'),
  },
  ...asksModel,
  create: (given, [servings]) => new Grounder(withServing(given, servings)),
})
