import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  fieldsOf,
  flag,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  LOGGER,
  type Logger,
  MaestroError,
  MEDIA_ACCESS,
  type MediaAccess,
  newColumn,
  type Prompt,
  projectPath,
  promptOption,
  type RowFunction,
  rowFunction,
  SERVINGS,
  servingOption,
  type With,
} from '@maestro-dataflow/core'
import type { Alone } from '../asking/alone.js'
import { AskingOptions, nameOption, samplingOf, WordsOptions } from '../asking/asking-options.js'
import type { OutputName } from '../asking/output-name.js'
import { promptsOf, toPrompt } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from '../tables/ask-each.js'
import { readTable, type TextRow } from '../tables/read-table.js'
import { Classifier } from '../text/classify.js'
import { labelNames, labelsOption } from '../text/classify.prompt.js'
import type { LabelOf } from '../text/labels.js'
import { AnnotatePrompt } from './annotate.prompt.js'
import { cohensKappa } from './cohens-kappa.js'
import { type Label, Review } from './review.js'

const prompts = promptsOf(AnnotatePrompt)

const fields = fieldsOf(
  {
    /** The column of the texts. */
    input: column(),
    /**
     * The closed set of labels, at least two: `['good', 'bad']`, or with meanings, `{ good: 'praises the shop', bad: ''
     * }`.
     */
    labels: labelsOption,
    /** The name of the second language model in the config. */
    second: servingOption(),
    /** Whether a text may have several labels, or none. @default false */
    multi: flag(),
    /**
     * A file for the rows that the models label differently: one JSON object per line, with a `decision` for people to
     * fill in. Decisions in the file apply as long as the text of the row is the same, and stay in the file.
     */
    review: nameOption.optional(),
    /**
     * The column of the label: the decision, or the label that both models give, or null. `<output>_first` and
     * `<output>_second` hold the label of each model; `<output>_outcome` is `agreed`, `decided`, or `to-review`.
     *
     * @default 'label'
     */
    output: newColumn('label'),
    /** The prompt of both models, which replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `Annotator`: those of `ai.annotate`, with the models themselves as `serving` and `second`. */
export type AnnotatorOptions = Alone<
  typeof fields,
  {
    readonly serving: LLMServing
    readonly second: LLMServing
    readonly access?: MediaAccess | undefined
    readonly logger?: Logger | undefined
  }
>

/**
 * Lets two models label texts, measures their agreement, and writes the rows with different labels to a file for
 * review. The next run reads the decisions from the same file.
 */
export class Annotator extends GlobalOperator {
  readonly #options: AnnotatorOptions
  readonly #models: readonly Classifier[]

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: AnnotatorOptions) {
    super()
    const { labels, serving, second, multi = false } = options
    if (serving === undefined || second === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'Annotator',
        reason: 'two servings are expected, `serving` and `second`',
      })
    this.#options = options
    const prompt = promptOf(options)
    assertPromptsAllowed('Annotator', prompts, [prompt])
    const sampling = samplingOf(options)
    this.#models = [serving, second].map(
      (model) =>
        new Classifier({ serving: model, prompt, labels, multi, output: 'label', temperature: 0, ...sampling }),
    )
  }

  override get columns(): ColumnEffects {
    return annotateColumns(this.#options)
  }

  /** A row is rejected if one of the models gives no label. @throws MAESTRO_AI_REVIEW, MAESTRO_STORAGE_PATH_OUTSIDE */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, review, output = 'label', logger, access = {}, labels, multi = false } = this.#options
    const path =
      review === undefined ? undefined : projectPath(review, access.directory ?? '.', access.allowOutside ?? false)
    const decided = path === undefined ? new Review() : await Review.read(path, review ?? '', labelNames(labels))
    const table = await readTable(all, input, context)
    const answers = await askEach(table, (one) => this.#label(one, context), context.signal)
    const labelled = table.flatMap((one, index) => {
      const pair = answers[index]
      if (pair === undefined) return []
      return [{ ...one, pair, agree: key(pair[0]) === key(pair[1]), decision: decided.decisionOn(one) }]
    })
    const kappa = multi ? undefined : cohensKappa(labelled.map(({ pair }) => [key(pair[0]), key(pair[1])]))
    const undecided = labelled.filter(({ agree, decision }) => !agree && decision === undefined)
    const agreement = labelled.length === 0 ? 1 : labelled.filter(({ agree }) => agree).length / labelled.length
    logger?.info('two models labeled the rows', {
      rows: labelled.length,
      agreement,
      kappa,
      undecided: undecided.length,
    })
    const changed = decided.changedIn(labelled)
    if (changed.length > 0)
      logger?.warn('some texts have changed since people decided on them: decide again', {
        review,
        rows: changed.length,
        first: changed[0],
      })
    if (path !== undefined && !context.preview) await decided.write(path, labelled)
    yield {
      ids: labelled.map(({ id }) => id),
      rows: labelled.map(({ row, pair, agree, decision }) => ({
        ...row,
        [output]: decision ?? (agree ? pair[0] : null),
        [`${output}_first`]: pair[0],
        [`${output}_second`]: pair[1],
        [`${output}_outcome`]: decision !== undefined ? 'decided' : agree ? 'agreed' : 'to-review',
      })),
    }
  }

  async #label({ id, row }: TextRow, context: GlobalContext): Promise<readonly [Label, Label] | undefined> {
    const { signal, step, run } = context
    try {
      const [first, second] = await Promise.all(
        this.#models.map(async (model) => (await model.map(row, { rowId: id, signal, step, run })).label as Label),
      )
      return [first ?? '', second ?? '']
    } catch (error) {
      if (!MaestroError.is(error) || signal.aborted) throw error
      context.reject(id, row, error)
      return undefined
    }
  }
}

/** The key of a label, or of several labels in any order. */
const key = (label: Label) => (typeof label === 'string' ? label : [...label].sort().join('\n'))

type Asked = Pick<AnnotatorOptions, 'input' | 'labels' | 'multi' | 'prompt' | 'instructions' | 'language'>

const promptOf = ({ prompt, input, labels, multi, instructions, language }: Asked): Prompt =>
  toPrompt(prompt) ?? new AnnotatePrompt({ input, labels, multi, instructions, language })

function annotateColumns(given: Asked & Pick<AnnotatorOptions, 'output'>): ColumnEffects & { readonly adds: Columns } {
  const { input, multi, output = 'label' } = given
  const type = multi === true ? 'json' : 'string'
  return {
    reads: [...new Set([input, ...promptOf(given).variables])],
    adds: { [output]: type, [`${output}_first`]: type, [`${output}_second`]: type, [`${output}_outcome`]: 'string' },
  }
}

/** The row with the labels of both models and the label that applies. */
export interface AnnotatedRow extends RowFunction {
  readonly row: With<this['before'], Annotated<LabelsOf<this['options']>, OutputName<this['options'], 'label'>>>
}
type Annotated<Label, Output extends string> = Record<Output, Label | null> &
  Record<`${Output}_first` | `${Output}_second`, Label> &
  Record<`${Output}_outcome`, 'agreed' | 'decided' | 'to-review'>
type LabelsOf<Options> = Options extends { readonly labels: infer Given }
  ? Options extends { readonly multi: true }
    ? readonly LabelOf<Given>[]
    : LabelOf<Given>
  : unknown

/**
 * `ai.annotate`: labels texts with two models and collects disagreements for review.
 *
 * @remarks
 * Cost: Two calls per row, one to each model.
 */
export const annotate = defineOperator({
  name: 'ai.annotate',
  kind: 'opaque',
  description: 'Lets two models label texts, measures their agreement, and collects disagreements for review',
  options: fields,
  adds: (given) => annotateColumns(given).adds,
  row: rowFunction<AnnotatedRow>(),
  deterministic: false,
  servings: ({ serving, second }) => [
    { kind: 'llm', name: serving },
    { kind: 'llm', name: second },
  ],
  inject: [SERVINGS, MEDIA_ACCESS, LOGGER],
  create: ({ serving, second, ...given }, [servings, access, logger]) =>
    new Annotator({
      ...given,
      serving: servings.get(serving, 'llm'),
      second: servings.get(second, 'llm'),
      access,
      logger,
    }),
})
