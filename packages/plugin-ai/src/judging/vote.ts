import {
  assertPromptsAllowed,
  type Columns,
  defineOperator,
  fieldsOf,
  type LLMServing,
  newColumn,
  type OperatorContext,
  type OutputOf,
  oneOf,
  optionsSchema,
  Prompt,
  type PromptVariables,
  promptOption,
  promptRestrict,
  type Row,
  servingOption,
  when,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOperator } from '../asking/asking-operator.js'
import { AskingOptions, askedWith, SharingOptions, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { labelNames, labelsOption } from '../text/classify.prompt.js'
import { VotePrompt } from './vote.prompt.js'

const judgePrompts = promptsOf(VotePrompt)

class SamplesOptions extends AskingOptions {
  /** How freely the model chooses its words. It must be above 0, or all samples would be the same. @default 1 */
  override temperature = z.number().positive().optional()
}

const fields = fieldsOf(
  {
    /** The request. Its variables are columns. */
    prompt: promptOption(),
    /** How many times to ask. @default 3 */
    samples: z.number().int().min(2).default(3),
    /** The closed set of answers. @default any answer */
    labels: labelsOption.optional(),
    /**
     * The way to choose the answer: the most frequent one, or the one that a model chooses among all of them.
     *
     * @default 'majority'
     */
    method: z.enum(['majority', 'judge']).default('majority'),
    /** The name of the language model that chooses, with `method: 'judge'`. @default the value of `serving` */
    judge: servingOption().optional(),
    /** A prompt for the judge that replaces the operator's own. Its variables are `question` and `answers`, a list. */
    judgePrompt: promptOption({
      allowed: judgePrompts,
      variables: ['question', 'answers'],
      overRow: false,
    }).optional(),
    /**
     * The column of the answer. `<output>_agreement` holds the share of samples that gave this answer.
     *
     * @default 'vote'
     */
    output: newColumn('vote'),
  },
  WordsOptions,
  SamplesOptions,
  SharingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `Voter`: those of `ai.vote`, with the models themselves as `serving` and `judge`. */
export type VoterOptions = Alone<typeof fields, { readonly serving: LLMServing; readonly judge?: LLMServing }>

const columnsOf = ({ output }: Options): Columns => ({ [output]: 'string', [`${output}_agreement`]: 'number' })

class AnswerVoter extends AskingOperator {
  readonly #options: Options
  readonly #label: z.ZodType<{ readonly label: string }> | undefined
  readonly #judge: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ judge, ...given }: VoterOptions) {
    const { options: checked, serving } = checkOptions('Voter', schema, given)
    const { prompt, labels, language, instructions, temperature = 1 } = checked
    const label = labels && z.strictObject({ label: z.enum(labelNames(labels)) })
    super({ serving, prompt, schema: label, ...askedWith({ ...checked, temperature }) }, columnsOf(checked))
    this.#options = checked
    this.#label = label
    const { judgePrompt = new VotePrompt({ question: 'question', answers: 'answers', language, instructions }) } =
      checked
    assertPromptsAllowed('Voter', judgePrompts, [judgePrompt])
    this.#judge = new Asker({ serving: judge ?? serving, prompt: judgePrompt })
  }

  /**
   * @throws MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* if no sample is an answer, or the judge does
   * not answer
   */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output, samples, method } = this.#options
    const asked = Array.from({ length: samples }, (_, index) => this.#sample(row, context, index))
    const settled = await Promise.allSettled(asked)
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    // A failed sample does not vote. If all samples fail, the row has no answer.
    if (answers.length === 0) await Promise.all(asked)
    const best = method === 'judge' ? await this.#judged(row, answers, context) : mostFrequent(answers)
    const same = answers.filter((one) => normal(one) === normal(best)).length
    return { [output]: best, [`${output}_agreement`]: same / samples }
  }

  async #sample(row: Row, context: OperatorContext, index: number): Promise<string> {
    const sample = `${index}`
    if (this.#label === undefined) return this.asker.text(row, context, 'reject', sample)
    return (await this.asker.data(this.#label, row, context, sample)).label
  }

  async #judged(row: Row, answers: readonly string[], context: OperatorContext): Promise<string> {
    const different = [...new Map(answers.map((one) => [normal(one), one])).values()]
    const [only = '', ...others] = different
    if (others.length === 0) return only
    const question = this.#options.prompt.format(row as PromptVariables)
    const schema = z.strictObject({ best: z.int().min(1).max(different.length) })
    const { best } = await this.#judge.data(schema, { question, answers: different }, context)
    return different[best - 1] ?? only
  }
}

/** The most frequent answer. If several are equally frequent, the first one wins. */
function mostFrequent(answers: readonly string[]): string {
  const counts = new Map<string, { readonly first: string; count: number }>()
  for (const answer of answers) {
    const known = counts.get(normal(answer))
    if (known === undefined) counts.set(normal(answer), { first: answer, count: 1 })
    else known.count++
  }
  return [...counts.values()].reduce((best, one) => (one.count > best.count ? one : best)).first
}

/** Answers that differ only in case, white space, or the final punctuation are equal. */
const normal = (answer: string) =>
  answer
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s.!。！]+$/, '')

/**
 * Asks the same question several times and keeps the most frequent answer, or the one that a judge chooses.
 *
 * @example
 * await new Voter({ serving, prompt: prompt('{{question}} Answer with a number.'), samples: 5 }).run(storage)
 */
export const Voter = promptRestrict(Prompt)(AnswerVoter)
export type Voter = AnswerVoter

/**
 * `ai.vote`: chooses the best of several samples.
 *
 * @remarks
 * Cost: One call per row for each sample, and one call of the judge if the samples differ.
 */
export const vote = defineOperator({
  name: 'ai.vote',
  kind: 'map',
  description: 'Asks several times and keeps the most frequent answer, or the one that a judge chooses',
  options: fields,
  adds: { '{output}': when('labels', oneOf('labels'), 'string'), '{output}_agreement': 'number' },
  ...asksModel,
  servings: (given) => [
    ...asksModel.servings(given),
    ...(given.judge === undefined ? [] : [{ kind: 'llm' as const, name: given.judge }]),
  ],
  create: ({ judge, ...given }, [servings]) =>
    new Voter({
      ...withServing(given, servings),
      judge: judge === undefined ? undefined : servings.get(judge, 'llm'),
    }),
})
