import type { Prompt, PromptReference, With } from '@maestro-dataflow/core'
import type { AskedOf, Asking, OutputNameOf, Over, Words, WordsWithExamples } from '../asking/component-types.js'
import type { ConversationMessage, ConversationPromptOptions } from './conversation.prompt.js'
import type { QaPairsPromptOptions } from './qa-pairs.prompt.js'

/** What `ai.qa-pairs` makes. */
export interface QaPairsSettings extends Omit<Asking, 'rowsPerCall'> {
  /** Pairs of one text at most. @default 3 */
  readonly pairs?: number
  /** The columns of the pair. */
  readonly outputs?: {
    /** @default 'question' */
    readonly question?: string
    /** @default 'answer' */
    readonly answer?: string
    /**
     * A piece of the text, at `<evidence>_start` to `<evidence>_end`. A pair whose evidence does not occur in the text is
     * left out. @default 'evidence'
     */
    readonly evidence?: string
  }
}

/** Options of `ai.qa-pairs`. */
export type QaPairsOptions<Row> = QaPairsSettings &
  WordsWithExamples & {
    /** The column of the text. */
    readonly input: Over<Row, { input: string }>['input']
    readonly prompt?: AskedOf<Row>['prompt']
  }

/** What `ai.conversation` writes. */
export interface ConversationSettings extends Omit<Asking, 'rowsPerCall'> {
  /** Messages, an even number: the user begins and the assistant ends. @default 4 */
  readonly turns?: number
  /** Who they are, in words. */
  readonly personas?: { readonly user?: string | undefined; readonly assistant?: string | undefined }
  /** `whole`: in one answer; `turns`: message by message, each role asked in turn with what was said before. @default 'whole' */
  readonly method?: 'whole' | 'turns'
  /** The column of the messages: a list of `{ role, content }`. @default 'messages' */
  readonly output?: string
}

/** Options of `ai.conversation`. */
export type ConversationOptions<Row> = ConversationSettings &
  Words & {
    /** The column of the topic. */
    readonly input: Over<Row, { input: string }>['input']
    readonly prompt?: AskedOf<Row>['prompt']
    /** With `method: 'turns'`: what is asked for each message about `topic`, `conversation` (what was said so far) and `role`. */
    readonly turnPrompt?: Prompt<'topic' | 'conversation' | 'role'> | PromptReference<Row>
  }

/** The name that `outputs` gives a column, or its default, which is the role itself. */
type OutputNamed<Options, Role extends string> = Options extends {
  readonly outputs: { readonly [K in Role]: infer Name extends string }
}
  ? Name
  : Role

type Pair<Question extends string, Answer extends string, Evidence extends string> = Record<
  Question | Answer | Evidence,
  string
> &
  Record<`${Evidence}_${'start' | 'end'}`, number>

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.qa-pairs': QaPairsOptions<Row>
    'ai.conversation': ConversationOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.qa-pairs': With<
      Row,
      Pair<OutputNamed<Options, 'question'>, OutputNamed<Options, 'answer'>, OutputNamed<Options, 'evidence'>>
    >
    'ai.conversation': With<Row, Record<OutputNameOf<Options, 'messages'>, readonly ConversationMessage[]>>
  }
  interface PromptTypes<Row> {
    'ai.qa-pairs.prompt': Over<Row, QaPairsPromptOptions>
    'ai.conversation.prompt': Over<Row, ConversationPromptOptions>
  }
}
