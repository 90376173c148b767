import {
  assertPromptsAllowed,
  type Columns,
  defineOperator,
  type LLMServing,
  type OperatorContext,
  Prompt,
  type PromptVariables,
  promptRestrict,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { AskingOperator } from '../asking/asking-operator.js'
import {
  askedWith,
  checkOptions,
  languageOption,
  nameOption,
  promptOption,
  samplingOptions,
} from '../asking/asking-options.js'
import type { Alone } from '../asking/component-types.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { labelNames, labelsOption } from '../text/classify.prompt.js'
import type { VoteSettings } from './component-types.js'
import { VotePrompt } from './vote.prompt.js'

const options = z.strictObject({
  prompt: promptOption,
  samples: z.number().int().min(2).default(3),
  labels: labelsOption.optional(),
  method: z.enum(['majority', 'judge']).default('majority'),
  judge: nameOption.optional(),
  judgePrompt: promptOption.optional(),
  language: languageOption,
  output: nameOption.default('vote'),
  serving: nameOption.default('default'),
  shareAnswers: z.boolean().optional(),
  ...samplingOptions,
  // At 0 all samples would be the same.
  temperature: z.number().positive().default(1),
})

type Options = z.output<typeof options>

/** Options of `Voter`: those of `ai.vote`, with the models themselves as `serving` and `judge`. */
export type VoterOptions = Omit<Alone<VoteSettings, never, Record<never, never>>, 'prompt' | 'judge'> & {
  readonly prompt: Prompt
  /** Chooses, with `method: 'judge'`. @default the serving */
  readonly judge?: LLMServing | undefined
  readonly judgePrompt?: Prompt | undefined
}

const judgePrompts = promptsOf(VotePrompt)

const columnsOf = ({ output }: Options): Columns => ({ [output]: 'string', [`${output}_agreement`]: 'number' })

class AnswerVoter extends AskingOperator {
  readonly #options: Options
  readonly #label: z.ZodType<{ readonly label: string }> | undefined
  readonly #judge: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ judge, ...given }: VoterOptions) {
    const { options: checked, serving } = checkOptions<Options, LLMServing>('Voter', options, given)
    const { prompt, labels, language } = checked
    const label = labels && z.strictObject({ label: z.enum(labelNames(labels)) })
    super({ serving, prompt, schema: label, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#label = label
    const { judgePrompt = new VotePrompt({ question: 'question', answers: 'answers', language }) } = checked
    assertPromptsAllowed('Voter', judgePrompts, [judgePrompt])
    this.#judge = new Asker({ serving: judge ?? serving, prompt: judgePrompt })
  }

  /** @throws MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* when no sample is an answer, or the judge gives none */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output, samples, method } = this.#options
    const asked = Array.from({ length: samples }, (_, index) => this.#sample(row, context, index))
    const settled = await Promise.allSettled(asked)
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    // A sample that failed has no vote; where all have, the row has no answer.
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

/** The answer that was given most often; of several, the one that was given first. */
function mostFrequent(answers: readonly string[]): string {
  const counts = new Map<string, { readonly first: string; count: number }>()
  for (const answer of answers) {
    const known = counts.get(normal(answer))
    if (known === undefined) counts.set(normal(answer), { first: answer, count: 1 })
    else known.count++
  }
  return [...counts.values()].reduce((best, one) => (one.count > best.count ? one : best)).first
}

/** Case, white space and the sign at the end make no other answer. */
const normal = (answer: string) =>
  answer
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s.!。！]+$/, '')

/**
 * Asks the same several times and keeps the answer that most samples give, or that a judge finds best.
 *
 * @example
 * await new Voter({ serving, prompt: prompt('{{question}} Answer with a number.'), samples: 5 }).run(storage)
 */
export const Voter = promptRestrict(Prompt)(AnswerVoter)
export type Voter = AnswerVoter

/**
 * `ai.vote`: the best of several samples.
 *
 * @remarks
 * Cost: As many calls a row as samples, and one of the judge where they differ.
 */
export const vote = defineOperator({
  name: 'ai.vote',
  kind: 'map',
  description: 'Asks several times and keeps the answer of the majority, or the one that a judge finds best',
  options,
  columns: (given: Options) => ({ reads: given.prompt.variables, adds: columnsOf(given) }),
  deterministic: false,
  prompts: [
    { option: 'prompt', allowed: [Prompt] },
    filledPrompt('judgePrompt', judgePrompts, ['question', 'answers']),
  ],
  servings: ({ serving, judge, prompt }) => [
    { kind: 'llm', name: serving, capabilities: prompt.needs },
    ...(judge === undefined ? [] : [{ kind: 'llm' as const, name: judge }]),
  ],
  inject: [SERVINGS],
  create: ({ serving, judge, ...given }, [servings]) =>
    new Voter({
      ...given,
      serving: servings.get(serving, 'llm'),
      judge: judge === undefined ? undefined : servings.get(judge, 'llm'),
    }),
})
