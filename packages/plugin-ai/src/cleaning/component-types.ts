import type { Column, Prompt, PromptReference, Sampling, ServingName, With } from '@maestro-dataflow/core'
import type { OutputNameOf, Over } from '../asking/component-types.js'
import type { Language } from '../asking/task-prompt.js'
import type { LabelOf, Labels } from '../text/labels.js'
import type { AnnotatePromptOptions } from './annotate.prompt.js'
import type { CellChange } from './clean.js'
import type { CleanPromptOptions } from './clean.prompt.js'
import type { DescribeColumnsPromptOptions } from './describe-columns.prompt.js'

/** Options of `ai.describe-columns`. */
export interface DescribeColumnsOptions<Row> extends Sampling {
  /** What the table is about, in words. */
  readonly about?: string
  /** Values of a column that a model is shown, the most frequent. @default 10 */
  readonly shownValues?: number
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** What a model is asked about `facts` and `columns` instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
  /** The language of the operator's own words. @default 'en' */
  readonly language?: Language
}

/** A column, as `ai.describe-columns` describes it. */
export type DescribedColumn = {
  column: string
  type: string
  nulls: number
  distinct: number
  examples: readonly string[]
  meaning: string
  unit: string | null
}

/** Options of `ai.clean`. */
export interface CleanOptions<Row> extends Sampling {
  /** A file for the plan. Where it is there it is applied; else it is written, and nothing is changed. */
  readonly plan?: string
  /** Applies what is proposed at once. @default false */
  readonly apply?: boolean
  /** Columns that are looked at. @default all */
  readonly columns?: readonly Column<Row>[]
  /** Proposals that the model is less sure of are left out. @default 0.8 */
  readonly minConfidence?: number
  /** The share of a column's values that a proposal for single values may change. @default 0.5 */
  readonly maxChanged?: number
  /** Values of a column that a model is shown, the most frequent. @default 40 */
  readonly shownValues?: number
  /** The column of what was changed: a list of `{ column, before, operations }`. @default 'changes' */
  readonly output?: string
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** What a model is asked about `facts` instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
  /** The language of the operator's own words. @default 'en' */
  readonly language?: Language
}

/** Options of `ai.annotate`. */
export interface AnnotateOptions<Row> extends Sampling {
  /** The column of the texts. */
  readonly input: Column<Row>
  /** The closed set of labels, at least two. */
  readonly labels: Labels
  /** The second model's name in the config. */
  readonly second: ServingName
  /** The first model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** Whether a text may have several labels. @default false */
  readonly multi?: boolean
  /**
   * A file for what the models say different things of, one JSON object a line, with a `decision` to be filled in. Decisions
   * that stand in it count.
   */
  readonly review?: string
  /**
   * The column of the label: decided, or agreed on, else null. `<output>_first` and `<output>_second` hold what each model
   * says, `<output>_outcome` is `agreed`, `decided` or `to-review`. @default 'label'
   */
  readonly output?: string
  /** What both models are asked instead of the operator's own words. */
  readonly prompt?: Prompt<Column<Row>> | PromptReference<Row>
  /** What the operator's own words do not say. */
  readonly instructions?: string
  /** The language of the operator's own words. @default 'en' */
  readonly language?: Language
}

type LabelsOf<Options> = Options extends { readonly labels: infer Given }
  ? Options extends { readonly multi: true }
    ? readonly LabelOf<Given>[]
    : LabelOf<Given>
  : unknown

type Annotated<Label, Output extends string> = Record<Output, Label | null> &
  Record<`${Output}_first` | `${Output}_second`, Label> &
  Record<`${Output}_outcome`, 'agreed' | 'decided' | 'to-review'>

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.describe-columns': DescribeColumnsOptions<Row>
    'ai.clean': CleanOptions<Row>
    'ai.annotate': AnnotateOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.describe-columns': DescribedColumn
    'ai.clean': Record<string, unknown> & Record<OutputNameOf<Options, 'changes'>, readonly CellChange[]>
    'ai.annotate': With<Row, Annotated<LabelsOf<Options>, OutputNameOf<Options, 'label'>>>
  }
  interface PromptTypes<Row> {
    'ai.annotate.prompt': Over<Row, AnnotatePromptOptions>
    'ai.describe-columns.prompt': DescribeColumnsPromptOptions
    'ai.clean.prompt': CleanPromptOptions
  }
}
