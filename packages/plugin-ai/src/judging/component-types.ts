import type { Column, Prompt, PromptReference, ServingName, With } from '@maestro-dataflow/core'
import type { AskedOf, Asking, OutputNameOf, Over, Words, WordsWithExamples } from '../asking/component-types.js'
import type { Language } from '../asking/task-prompt.js'
import type { LabelOf, Labels } from '../text/labels.js'
import type { ComparePromptOptions } from './compare.prompt.js'
import type { FilterPromptOptions } from './filter.prompt.js'
import type { GroundPromptOptions } from './ground.prompt.js'
import type { GroundedClaim } from './grounded-claim.js'
import type { ScorePromptOptions } from './score.prompt.js'
import type { VotePromptOptions } from './vote.prompt.js'

/** What is judged: in words, or what each of some scores means: `{ 1: 'off the point', 5: 'answers all' }`. */
export type ScoreCriterion = string | Readonly<Record<string | number, string>>

/** The form of a score. */
export interface ScoreSettings extends Asking {
  /** The lowest score. @default 1 */
  readonly min?: number
  /** The highest score. @default 5 */
  readonly max?: number
  /** Whether scores are whole numbers. @default true */
  readonly integer?: boolean
  /** Adds the column `<output>_reason`; a model that says why gives better scores. @default true */
  readonly reason?: boolean
  /** The column of the score. @default 'score' */
  readonly output?: string
}

/** Options of `ai.score`. */
export type ScoreOptions<Row> = ScoreSettings &
  AskedOf<
    Row,
    'input',
    WordsWithExamples & {
      /** What is judged. */
      readonly criterion: ScoreCriterion
    }
  >

/** Keeps the rows whose score lies within a threshold. Nothing is asked. */
export interface ThresholdSettings<Name extends string = string> {
  /** The column with the score. */
  readonly score: Name
  /** The least score that stays. */
  readonly min?: number | undefined
  /** The largest score that stays. */
  readonly max?: number | undefined
}

/** How the judge of `ai.filter` is asked. */
export interface JudgeSettings extends Asking {}

/** Options of `ai.filter`: a threshold over a score that is there already, or a criterion that a model judges. */
export type FilterOptions<Row> =
  | (ThresholdSettings<Column<Row>> & { readonly [Name in OfJudge]?: undefined })
  | (JudgeSettings &
      AskedOf<
        Row,
        'input',
        WordsWithExamples & {
          /** What must hold for a row to stay. */
          readonly criterion: string
        }
      > & {
        readonly [Name in keyof ThresholdSettings]?: undefined
      })

type OfJudge = 'input' | 'criterion' | 'prompt' | keyof WordsWithExamples | keyof JudgeSettings

/** Which of two is better. */
export type Better = 'a' | 'b' | 'tie'

/** How two texts are compared. */
export interface CompareSettings extends Asking {
  /** Asks twice, the second time with the texts in each other's place; answers that differ are a tie. @default false */
  readonly bothOrders?: boolean
  /** Adds the column `<output>_reason`. @default true */
  readonly reason?: boolean
  /** The column of the answer: `a`, `b` or `tie`. @default 'better' */
  readonly output?: string
}

/** Options of `ai.compare`. */
export type CompareOptions<Row> = CompareSettings & {
  /** The columns of the two texts. */
  readonly inputs: { readonly a: Column<Row>; readonly b: Column<Row> }
} & (
    | ({
        /** What makes one better. */
        readonly criterion: string
        readonly prompt?: undefined
      } & WordsWithExamples)
    | ({ readonly prompt: Prompt<Column<Row>> | PromptReference<Row> } & {
        readonly [Name in 'criterion' | keyof WordsWithExamples]?: undefined
      })
  )

/** How answers are chosen. */
export interface VoteSettings extends Omit<Asking, 'rowsPerCall'> {
  /** How often is asked. @default 3 */
  readonly samples?: number
  /** The closed set of answers, if there is one. */
  readonly labels?: Labels
  /** Who chooses: the number of equal answers, or a model that sees them all. @default 'majority' */
  readonly method?: 'majority' | 'judge'
  /** The model that chooses, with `method: 'judge'`. @default the serving */
  readonly judge?: ServingName
  /** The language of the judge's task. @default 'en' */
  readonly language?: Language
  /** Above 0, or all samples would be the same. @default 1 */
  readonly temperature?: number
  /** The answer; the share of samples that give it stands in `<output>_agreement`. @default 'vote' */
  readonly output?: string
}

/** Options of `ai.vote`. */
export interface VoteOptions<Row> extends VoteSettings {
  /** What is asked. */
  readonly prompt: Prompt<Column<Row>> | PromptReference<Row>
  /** What the judge is asked about the `question` and the list of `answers` instead of its own words. */
  readonly judgePrompt?: Prompt<'question' | 'answers'> | PromptReference<Row>
}

type WithReason<Row, Options, Output extends string, Value> = Options extends { readonly reason: false }
  ? With<Row, Record<Output, Value>>
  : With<Row, Record<Output, Value> & Record<`${Output}_reason`, string>>

type Voted<Output extends string, Answer> = Record<Output, Answer> & Record<`${Output}_agreement`, number>

/** How `ai.ground` judges. */
export interface GroundSettings extends Omit<Asking, 'rowsPerCall'> {
  /** Tokens of the source that are asked about at once, estimated from the script; a longer one is asked about in parts. @default 1500 */
  readonly chunkTokens?: number
  /**
   * The column of the claims: a list of `{ claim, verdict, evidence, start, end }`, where evidence is a piece of the source.
   * `<output>_supported` is the share that is supported, null where nothing is claimed. @default 'claims'
   */
  readonly output?: string
}

/** Options of `ai.ground`. */
export interface GroundOptions<Row> extends GroundSettings, Words {
  /** The column of the text whose claims are judged. */
  readonly input: Column<Row>
  /** The column of the text that they must rest on. */
  readonly source: Column<Row>
  /** What is asked about `text`, a numbered list of claims, and `source`, instead of the operator's own words. */
  readonly prompt?: Prompt<'text' | 'source'> | PromptReference<Row>
  /** What is asked about `text`, to take it apart into claims, instead of the operator's own words. */
  readonly claimsPrompt?: Prompt<'text'> | PromptReference<Row>
}

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.ground': GroundOptions<Row>
    'ai.score': ScoreOptions<Row>
    'ai.filter': FilterOptions<Row>
    'ai.compare': CompareOptions<Row>
    'ai.vote': VoteOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.ground': With<
      Row,
      Record<OutputNameOf<Options, 'claims'>, readonly GroundedClaim[]> &
        Record<`${OutputNameOf<Options, 'claims'>}_supported`, number | null>
    >
    'ai.score': WithReason<Row, Options, OutputNameOf<Options, 'score'>, number>
    'ai.filter': Row
    'ai.compare': WithReason<Row, Options, OutputNameOf<Options, 'better'>, Better>
    'ai.vote': With<
      Row,
      Voted<OutputNameOf<Options, 'vote'>, Options extends { readonly labels: infer Given } ? LabelOf<Given> : string>
    >
  }
  interface PromptTypes<Row> {
    'ai.ground.prompt': GroundPromptOptions
    'ai.score.prompt': Over<Row, ScorePromptOptions>
    'ai.filter.prompt': Over<Row, FilterPromptOptions>
    'ai.compare.prompt': Omit<ComparePromptOptions, 'inputs'> & Pick<CompareOptions<Row>, 'inputs'>
    'ai.vote.prompt': Over<Row, VotePromptOptions, 'question' | 'answers'>
  }
}
