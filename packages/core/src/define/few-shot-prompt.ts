import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { PromptVariables } from '../contracts/prompt.js'
import type { MediaPart } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { reasonOf } from '../errors/reason-of.js'
import { ChatPrompt, type ChatTurn } from './chat-prompt.js'
import type { Variables } from './prompt.js'
import { isPlain, literalTemplate, parseTemplate, renderTemplate } from './template.js'
import { type ChatPart, TurnContent } from './turn-content.js'

/** A few-shot example: an input with its expected answer. */
export interface FewShotExample<Variable extends string = string> {
  /** The value of the only variable of `user`, or an object with the values of all variables. */
  readonly input: string | number | boolean | Date | MediaPart['data'] | PromptVariables<Variable>
  /** The expected answer. A text is inserted unchanged, data as JSON. */
  readonly output: unknown
}

/** A few-shot prompt as data. */
export interface FewShotOptions<
  System extends string = string,
  User extends string = string,
  Answer extends string = string,
> {
  readonly system?: System
  /** The question: a template or several parts. The examples use it, too. */
  readonly user: User | readonly ChatPart<User>[]
  /** The template of an example's answer. With it, examples are rows, whose columns fill `user` and this template. */
  readonly answer?: Answer
  readonly examples: readonly unknown[]
  readonly version?: string
}

/**
 * A prompt that shows examples before its question. Each example is a user turn, which the template of the question
 * produces, and an assistant turn. The values of an example are data and never a template.
 */
export class FewShotPrompt<Variable extends string = string> extends ChatPrompt<Variable> {
  /** @throws MAESTRO_PROMPT_TEMPLATE, MAESTRO_PROMPT_EXAMPLE */
  constructor(options: FewShotOptions) {
    super(toTurns(options), { version: options.version })
  }
}
recogniseAcrossCopies(FewShotPrompt, 'FewShotPrompt')

function toTurns({ system, user, answer, examples }: FewShotOptions): readonly ChatTurn[] {
  const question = new TurnContent(user)
  const reply = parseTemplate(answer ?? '{{output}}')
  const shown = examples.flatMap((example, index): readonly ChatTurn[] => {
    try {
      const row = rowOf(example)
      const asked = answer === undefined ? inputOf(row, question.variables) : row
      return [
        { role: 'user', content: literalContent(question.render(asked)) },
        { role: 'assistant', content: literalTemplate(renderTemplate(reply, row)) },
      ]
    } catch (error) {
      throw maestroError('MAESTRO_PROMPT_EXAMPLE', { example: index + 1, reason: reasonOf(error) }, error)
    }
  })
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...shown,
    { role: 'user', content: user },
  ]
}

function rowOf(example: unknown): PromptVariables {
  if (isPlain(example) && !Array.isArray(example)) return example as PromptVariables
  throw maestroError('MAESTRO_PROMPT_VALUE', { name: 'example', reason: 'it is not an object' })
}

function inputOf({ input }: PromptVariables, variables: readonly string[]): PromptVariables {
  if (isPlain(input) && !Array.isArray(input)) return input as PromptVariables
  const [only, ...others] = variables
  if (only !== undefined && others.length === 0 && input !== undefined) return { [only]: input }
  throw maestroError('MAESTRO_PROMPT_VARIABLE_MISSING', {
    missing: input === undefined ? ['input'] : variables,
    given: input === undefined ? [] : ['one value'],
  })
}

function literalContent(content: ReturnType<TurnContent['render']>): ChatTurn['content'] {
  if (typeof content === 'string') return literalTemplate(content)
  return content.map((part) => (part.type === 'text' ? { type: 'text', text: literalTemplate(part.text) } : part))
}

/**
 * Creates a prompt that shows examples before its question. Its variables are inferred from the literals.
 *
 * @example
 * fewShotPrompt({
 *   system: 'You judge reviews.',
 *   examples: [{ input: 'It broke after a day.', output: { tone: 'bad' } }],
 *   user: 'Review: {{text}}',
 * })
 *
 * @example Examples as rows, which may come from a file.
 * fewShotPrompt({ user: '{{title}}: {{text}}', answer: '{{tone}}', examples: rows })
 *
 * @throws MAESTRO_PROMPT_TEMPLATE, MAESTRO_PROMPT_EXAMPLE
 */
export function fewShotPrompt<const User extends string, const Answer extends string, const System extends string = ''>(
  options: FewShotOptions<System, User, Answer> & {
    readonly answer: Answer
    readonly examples: readonly PromptVariables<Variables<User> | Variables<Answer>>[]
  },
): FewShotPrompt<Variables<System> | Variables<User>>
export function fewShotPrompt<const User extends string, const System extends string = ''>(
  options: FewShotOptions<System, User> & {
    readonly answer?: never
    readonly examples: readonly FewShotExample<Variables<User>>[]
  },
): FewShotPrompt<Variables<System> | Variables<User>>
export function fewShotPrompt(options: FewShotOptions): FewShotPrompt {
  return new FewShotPrompt(options)
}
