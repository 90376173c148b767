import type { Column, Prompt, PromptReference, Schema, With } from '@maestro-dataflow/core'
import type { CutOff } from '../asking/asker.js'
import type { AskedOf, Asking, OutputNameOf, Over, Words, WordsWithExamples } from '../asking/component-types.js'
import type { ClassifyPromptOptions } from './classify.prompt.js'
import type { ExtractPromptOptions } from './extract.prompt.js'
import type { LabelOf, Labels } from './labels.js'
import type { RewritePromptOptions } from './rewrite.prompt.js'
import type { SummarizePromptOptions } from './summarize.prompt.js'
import type { TranslatePromptOptions } from './translate.prompt.js'

/** Options of `ai.generate`. */
export interface GenerateOptions<Row> extends Asking {
  /**
   * What is asked; its variables are columns. A template or a chat, or a class that a plugin contributes, picked by
   * name: `{ use: 'shout.prompt', ... }`. In YAML and JSON a text alone is a template, a list of turns a chat, and
   * `{ system, examples, user }` a prompt with examples.
   */
  readonly prompt: Prompt<Column<Row>> | PromptReference<Row>
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly output?: string
  /**
   * The answer must fit it; without `output` its properties become columns, and only those. In YAML and JSON it is a
   * JSON Schema.
   */
  readonly schema?: Schema
  /**
   * What happens to a text that was cut off at `maxTokens`: its row is rejected, or what there is of it is kept. An
   * answer with a `schema` is always rejected, since half of it is no data.
   *
   * @default 'reject'
   */
  readonly onCutOff?: CutOff
}

/** What `ai.extract` looks for. */
export interface ExtractSettings extends Asking {
  /** In YAML and JSON a JSON Schema. Descriptions of its properties are told to the model. */
  readonly schema: Schema
  /** One column for all of it. @default a column for each property of the schema */
  readonly output?: string
}

/** Options of `ai.extract`. */
export type ExtractOptions<Row> = ExtractSettings & AskedOf<Row, 'input', WordsWithExamples>

/** What `ai.classify` chooses from. */
export interface ClassifySettings extends Asking {
  /** The closed set to choose from, at least two. */
  readonly labels: Labels
  /** Whether a text may have several labels, or none; the column is a list then. @default false */
  readonly multi?: boolean
  /**
   * Adds a column `<output>_confidence` from 0 to 1 (with `multi` a list in the order of the labels): the probability
   * of the label's tokens where the serving tells it, else a number that the model itself names. With `'asked'` the
   * tokens are not asked for, which some models refuse, and the model's number is taken.
   *
   * @default false
   */
  readonly confidence?: boolean | 'asked'
  /** The column of the label, or of the labels. @default 'label', with `multi` 'labels' */
  readonly output?: string
}

/** Options of `ai.classify`. */
export type ClassifyOptions<Row> = ClassifySettings & AskedOf<Row, 'input', WordsWithExamples>

type WithLabels<Row, Options, Output extends string, Label, Confidence> = Options extends {
  readonly confidence: true | 'asked'
}
  ? With<Row, Record<Output, Label> & Record<`${Output}_confidence`, Confidence>>
  : With<Row, Record<Output, Label>>

/** What operators whose answer is a text have in common. */
interface TextAnswer extends Asking {
  /** What happens to an answer that was cut off at `maxTokens`. @default 'reject' */
  readonly onCutOff?: CutOff
}

/** Where `ai.summarize` puts its summaries. */
export interface SummarizeSettings extends TextAnswer {
  /**
   * What is asked about at once, in tokens estimated from the script; a longer text is summed up in parts.
   *
   * @default half of what the model reads, 3000 at most
   */
  readonly chunkTokens?: number
  /** The column of the summary. @default 'summary' */
  readonly output?: string
}

/** Options of `ai.summarize`. */
export type SummarizeOptions<Row> = SummarizeSettings &
  AskedOf<
    Row,
    'input',
    Words & {
      /** What the model is told; with `language: 'zh'` characters. @default 100 */
      readonly maxWords?: number
    }
  >

/** Where `ai.translate` puts its translations. */
export interface TranslateSettings extends TextAnswer {
  /** The column of the translation. @default 'translation' */
  readonly output?: string
}

/** Options of `ai.translate`. */
export type TranslateOptions<Row> = TranslateSettings &
  AskedOf<
    Row,
    'input',
    WordsWithExamples & {
      /** The language, by its name: `French`. */
      readonly to: string
      /** The language of the text. @default whatever the text is in */
      readonly from?: string
    }
  >

/** Where `ai.rewrite` puts its texts. */
export interface RewriteSettings extends TextAnswer {
  /** The input's name puts the new text in its place. @default 'rewritten' */
  readonly output?: string
}

/** The words of the prompt of `ai.rewrite`, beside the instructions. */
export type RewriteWords = Pick<WordsWithExamples, 'language' | 'examples'>

/** Options of `ai.rewrite`. */
export type RewriteOptions<Row> = RewriteSettings &
  AskedOf<
    Row,
    'input',
    RewriteWords & {
      /** What is to change. */
      readonly instructions: string
    }
  >

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.generate': GenerateOptions<Row>
    'ai.extract': ExtractOptions<Row>
    'ai.classify': ClassifyOptions<Row>
    'ai.summarize': SummarizeOptions<Row>
    'ai.translate': TranslateOptions<Row>
    'ai.rewrite': RewriteOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.generate': Options extends { readonly schema: Schema<infer _Input, infer Answer> }
      ? Options extends { readonly output: infer Name extends string }
        ? With<Row, Record<Name, Answer>>
        : With<Row, Answer>
      : Options extends { readonly output: infer Name extends string }
        ? With<Row, Record<Name, string>>
        : With<Row, { generated_text: string }>
    'ai.extract': Options extends { readonly schema: Schema<infer _Input, infer Answer> }
      ? Options extends { readonly output: infer Name extends string }
        ? With<Row, Record<Name, Answer>>
        : With<Row, Answer>
      : Row
    'ai.classify': Options extends { readonly labels: infer Labels }
      ? Options extends { readonly multi: true }
        ? WithLabels<Row, Options, OutputNameOf<Options, 'labels'>, readonly LabelOf<Labels>[], readonly number[]>
        : WithLabels<Row, Options, OutputNameOf<Options, 'label'>, LabelOf<Labels>, number>
      : Row
    'ai.summarize': With<Row, Record<OutputNameOf<Options, 'summary'>, string>>
    'ai.translate': With<Row, Record<OutputNameOf<Options, 'translation'>, string>>
    'ai.rewrite': With<Row, Record<OutputNameOf<Options, 'rewritten'>, string>>
  }
  interface PromptTypes<Row> {
    'ai.extract.prompt': Over<Row, ExtractPromptOptions>
    'ai.classify.prompt': Over<Row, ClassifyPromptOptions>
    'ai.summarize.prompt': Over<Row, SummarizePromptOptions>
    'ai.translate.prompt': Over<Row, TranslatePromptOptions>
    'ai.rewrite.prompt': Over<Row, RewritePromptOptions>
  }
}
