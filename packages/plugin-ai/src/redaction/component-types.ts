import type { With } from '@maestro-dataflow/core'
import type { AskedOf, Asking, Over, Words } from '../asking/component-types.js'
import type { PersonalData, PersonalDataType } from './personal-data.js'
import type { RedactPromptOptions } from './redact.prompt.js'

/** What `ai.redact` takes out. */
export interface RedactSettings extends Omit<Asking, 'rowsPerCall'> {
  /** The column of the redacted text; `<output>_found` says what was found where, and not its value. @default the input */
  readonly output?: string
  /** Kinds of personal data. @default all */
  readonly types?: readonly PersonalDataType[]
  /**
   * The countries (two capital letters) whose national telephone numbers are recognised; numbers with a country code are
   * always recognised. @default twenty countries, among them US, GB, DE, FR, CN, IN, and JP
   */
  readonly regions?: readonly string[]
  /** `rules`: what has a form, without a model; `both`: names and addresses too, by a model. @default 'both' */
  readonly method?: 'rules' | 'both'
  /**
   * What stands instead. `placeholder`: `[EMAIL_1]`, the same for the same value of a row; `mask`: stars; `remove`: nothing;
   * `hash`: `[EMAIL_3f2a...]`, the same in all rows. @default 'placeholder'
   */
  readonly replace?: 'placeholder' | 'mask' | 'remove' | 'hash'
  /** Goes into each hash: without a secret one, values can be found by trying. */
  readonly salt?: string
}

/** Options of `ai.redact`. */
export type RedactOptions<Row> = RedactSettings &
  Words & {
    /** The column of the text. */
    readonly input: Over<Row, { input: string }>['input']
    readonly prompt?: AskedOf<Row>['prompt']
  }

type OutputColumn<Options> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Options extends { readonly input: infer Name extends string }
    ? Name
    : never

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.redact': RedactOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.redact': With<
      Row,
      Record<OutputColumn<Options>, string> & Record<`${OutputColumn<Options>}_found`, readonly PersonalData[]>
    >
  }
  interface PromptTypes<Row> {
    'ai.redact.prompt': Over<Row, RedactPromptOptions>
  }
}
