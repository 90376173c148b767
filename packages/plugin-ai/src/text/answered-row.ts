import type { RowFunction, Schema, With } from '@maestro-dataflow/core'
import type { OutputName } from '../asking/output-name.js'

/** The row with an answer: the properties of its schema, or one column. */
export interface AnsweredRow extends RowFunction {
  readonly row: this['options'] extends { readonly schema: Schema<infer _Input, infer Answer> }
    ? With<this['before'], this['options'] extends Named<infer Name> ? Record<Name, Answer> : Answer>
    : With<this['before'], Record<OutputName<this['options'], 'generated_text'>, string>>
}

interface Named<Name extends string> {
  readonly output: Name
}
