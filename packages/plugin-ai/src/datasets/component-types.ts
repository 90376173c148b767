import type { Prompt, PromptReference, With } from '@maestro-dataflow/core'
import type { AskedOf, Asking, OutputOf, Over, Words, WordsWithExamples } from '../asking/component-types.js'
import type { ConversationMessage } from './conversation.js'
import type { ConversationPromptOptions } from './conversation.prompt.js'
import type { QaPairsPromptOptions } from './qa-pairs.prompt.js'

/** What `ai.qa-pairs` makes. */
export interface QaPairsSettings extends Omit<Asking, 'rowsPerCall'> {
  /** Pairs of one text at most. @default 3 */
  readonly pairs?: number
  /** The column of the question. @default 'question' */
  readonly question?: string
  /** The column of the answer. @default 'answer' */
  readonly answer?: string
  /**
   * The column of the evidence: a piece of the text, at `<evidence>_start` to `<evidence>_end`. A pair whose evidence does
   * not occur in the text is left out. @default 'evidence'
   */
  readonly evidence?: string
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
  readonly by?: 'whole' | 'turns'
  /** The column of the messages: a list of `{ role, content }`. @default 'messages' */
  readonly output?: string
}

/** Options of `ai.conversation`. */
export type ConversationOptions<Row> = ConversationSettings &
  Words & {
    /** The column of the topic. */
    readonly input: Over<Row, { input: string }>['input']
    readonly prompt?: AskedOf<Row>['prompt']
    /** With `by: 'turns'`: what is asked for each message about `topic`, `conversation` (what was said so far) and `role`. */
    readonly turnPrompt?: Prompt<'topic' | 'conversation' | 'role'> | PromptReference<Row>
  }

type Named<Options, Key extends string, Default extends string> = Options extends {
  readonly [K in Key]: infer Name extends string
}
  ? Name
  : Default

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
      Pair<
        Named<Options, 'question', 'question'>,
        Named<Options, 'answer', 'answer'>,
        Named<Options, 'evidence', 'evidence'>
      >
    >
    'ai.conversation': With<Row, Record<OutputOf<Options, 'messages'>, readonly ConversationMessage[]>>
  }
  interface PromptTypes<Row> {
    'ai.qa-pairs.prompt': Over<Row, QaPairsPromptOptions>
    'ai.conversation.prompt': Over<Row, ConversationPromptOptions>
  }
}
