import type {
  Column,
  Prompt,
  PromptReference,
  Sampling,
  Schema,
  ServingName,
  SourceReference,
  SourceRow,
  With,
} from '@maestro-dataflow/core'
import type { OutputNameOf } from '../asking/component-types.js'
import type { Language } from '../asking/task-prompt.js'
import type { GroupPromptOptions } from './group.prompt.js'
import type { JoinPromptOptions } from './join.prompt.js'
import type { ReducePromptOptions } from './reduce.prompt.js'
import type { SortMethod, SortPromptOptions } from './sort.prompt.js'

/** What operators on whole tables that ask a model have in common. */
interface AskingTable<Row> extends Sampling {
  /** The column of the texts. */
  readonly input: Column<Row>
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** What is asked instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
  /** The language of the operator's own words. @default 'en' */
  readonly language?: Language
}

/** Options of `ai.sort`. */
export interface SortOptions<Row> extends AskingTable<Row> {
  /** What the first row has most of: "How urgent is it?" */
  readonly criterion: string
  /** `score`: one call a row; `pairwise`: about n log n calls, and finer differences. @default 'score' */
  readonly method?: SortMethod
  /** Rows that stay; with `pairwise` it takes fewer calls. @default all */
  readonly count?: number
  /** With `pairwise`: asks twice, the texts in each other's place; answers that differ are a tie. @default false */
  readonly bothOrders?: boolean
  /** The column of the place, from 1. @default 'rank' */
  readonly output?: string
}

/** Options of `ai.group`. */
export interface GroupOptions<Row> extends AskingTable<Row> {
  /** The least cosine of a text and the middle of its group. Higher ones make more groups. @default 0.6 */
  readonly threshold?: number
  /** The column of the group's name. @default 'group' */
  readonly output?: string
  /** The embedding model's name in the config. @default 'embedder' */
  readonly embedder?: ServingName
}

/** Options of `ai.reduce`. */
export interface ReduceOptions<Row> extends AskingTable<Row> {
  /** What is made of the texts: "Sum up what customers complain of." */
  readonly instructions: string
  /** Columns of which each combination becomes a row. @default none: all rows become one */
  readonly by?: readonly Column<Row>[]
  /** Data instead of a text; its properties become columns, or with `output` one column. */
  readonly schema?: Schema
  /** Tokens of the texts of one call, estimated from the script. @default 2000 */
  readonly chunkTokens?: number
  /** The column of the text; `count` says how many rows it was made of. @default 'reduced' */
  readonly output?: string
}

/** Options of `ai.join`. */
export interface JoinOptions<Row> extends AskingTable<Row> {
  /** The other table: rows in code, or another source, `{ use, ...options }`. It is held in memory. */
  readonly right: readonly Readonly<Record<string, unknown>>[] | SourceReference
  /** Its column of texts, which `input` is compared with. */
  readonly on: string
  /** What must hold of both texts, in words: a model decides. @default nearness decides */
  readonly criterion?: string
  /** The least cosine of rows that match, or that a model is asked about. @default 0.7, with a criterion 0.3 */
  readonly threshold?: number
  /** Rows of the right that are looked at for each row, the nearest. @default 5 */
  readonly candidates?: number
  /** One match for each row at most, or all. @default 'best' */
  readonly matches?: 'best' | 'all'
  /** `inner`: rows without a match go; `left`: they stay, with nulls. @default 'inner' */
  readonly how?: 'inner' | 'left'
  /** Goes before the names of the right's columns; `match_score` says how near they are. @default 'right_' */
  readonly columnPrefix?: string
  /** The embedding model's name in the config. @default 'embedder' */
  readonly embedder?: ServingName
}

type ByOf<Options> = Options extends { readonly by: readonly (infer Name)[] } ? Name : never

type Reduced<Options> = Options extends { readonly schema: Schema<infer _Input, infer Output> }
  ? Options extends { readonly output: infer Name extends string }
    ? Record<Name, Output>
    : Output
  : Record<OutputNameOf<Options, 'reduced'>, string>

type RightOf<Options> = Options extends { readonly right: readonly (infer Right)[] }
  ? Right
  : Options extends { readonly right: infer Given }
    ? SourceRow<Given>
    : never
type PrefixOf<Options> = Options extends { readonly columnPrefix: infer Prefix extends string } ? Prefix : 'right_'

type Joined<Right, Prefix extends string> = {
  [Name in keyof Right & string as `${Prefix}${Name}`]: Right[Name] | null
} & { match_score: number | null }

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.sort': SortOptions<Row>
    'ai.group': GroupOptions<Row>
    'ai.reduce': ReduceOptions<Row>
    'ai.join': JoinOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.sort': With<Row, Record<OutputNameOf<Options, 'rank'>, number>>
    'ai.group': With<Row, Record<OutputNameOf<Options, 'group'>, string>>
    'ai.reduce': With<Pick<Row, ByOf<Options> & keyof Row>, Reduced<Options> & { count: number }>
    'ai.join': With<Row, Joined<RightOf<Options>, PrefixOf<Options>>>
  }
  interface PromptTypes<Row> {
    'ai.sort.prompt': SortPromptOptions
    'ai.group.prompt': GroupPromptOptions
    'ai.reduce.prompt': ReducePromptOptions
    'ai.join.prompt': JoinPromptOptions
  }
}
