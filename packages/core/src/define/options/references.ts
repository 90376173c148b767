import { z } from 'zod'
import { Prompt } from '../../contracts/prompt.js'
import { RowSource } from '../../contracts/row-source.js'
import { PromptTemplate } from '../prompt.js'
import { type PromptFacts, type SlotSchema, slotted } from './slot.js'

/**
 * An option that is another source, `{ use: 'fs.file', path: 'cities.csv' }`. The operator receives a `RowSource`.
 *
 * @example options: { cities: sourceOption(), on: column() }
 */
export const sourceOption = (): SlotSchema<RowSource, 'source'> =>
  slotted(
    z.custom<RowSource>(
      (value) => value instanceof RowSource,
      "another source is expected: { use: 'fs.file', path: 'data/cities.csv' }",
    ),
    { kind: 'source' },
  )

/** The rules for a prompt option, as a type. */
export interface PromptAbout<Variable extends string, OverRow extends boolean> {
  readonly variables: Variable
  readonly overRow: OverRow
}

/**
 * An option that is a prompt: its text alone, `prompt('...')`, a chat, or a contributed class. Its variables are
 * columns of the row. The operator receives a `Prompt`.
 *
 * @example options: { question: promptOption({ variables: ['today'] }) }
 */
export const promptOption = <const Variable extends string = never, const OverRow extends boolean = true>(
  facts: {
    /**
     * The variables that the operator fills itself; `{name}` stands for the value of the option `name`.
     *
     * @default none
     */
    readonly variables?: readonly Variable[] | ((options: Readonly<Record<string, unknown>>) => readonly Variable[])
    /** Whether the columns of the row are variables too. @default true */
    readonly overRow?: OverRow
    /** The accepted prompt classes. @default any */
    readonly allowed?: PromptFacts['allowed']
  } = {},
): SlotSchema<Prompt, 'prompt', PromptAbout<Variable, OverRow>> => {
  const { variables = [], overRow = true, allowed = [] } = facts
  return slotted(
    z.preprocess(
      (value) => (typeof value === 'string' ? new PromptTemplate(value) : value),
      z.custom<Prompt>((value) => value instanceof Prompt, "a prompt is expected, such as 'Summarize: {{column}}'"),
    ),
    { kind: 'prompt', variables, overRow, allowed },
  )
}

/** An option that names a language model, or another serving, of the config. */
export const servingOption = (): SlotSchema<string, 'serving'> => z.string().min(1) as never

/** An option that names a vector store of the config. */
export const vectorStoreOption = (): SlotSchema<string, 'vectorStore'> => z.string().min(1) as never
