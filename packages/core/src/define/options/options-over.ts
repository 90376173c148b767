import type { Prompts, ServingName, VectorStoreName } from '../../contracts/component-types.js'
import type { EnvironmentValue } from '../../contracts/config.js'
import type { Prompt } from '../../contracts/prompt.js'
import type { ColumnType } from '../../contracts/row.js'
import type { ColumnName, Open } from '../effects/row-types.js'
import type { Variables } from '../prompt.js'
import type { NearestOrAll, NoSuchColumn, NotBeside } from './faults.js'
import type { InputOf, KeyOfAny } from './fields.js'
import type { PromptAbout } from './references.js'
import type { SideInput, SourceName } from './registered.js'
import type { Slot } from './slot.js'

/**
 * The options of a component over a row: its input types, with the marks resolved. The comments above its fields are
 * kept.
 */
export type OptionsOver<In, Row> = { readonly [K in keyof In]: Option<In[K], Row> } & {}

type Option<In, Row> =
  In extends Slot<infer Kind, infer About>
    ? ReadSlot<Kind, About, Row>
    : In extends readonly unknown[]
      ? { readonly [K in keyof In]: Option<In[K], Row> }
      : In extends object
        ? [Extract<In[keyof In], Slot<string>>] extends [never]
          ? In
          : OptionsOver<In, Row>
        : In

type ReadSlot<Kind, About, Row> = Kind extends 'column'
  ? ColumnName<Row, About & ColumnType>
  : Kind extends 'columns'
    ? readonly ColumnName<Row, About & ColumnType>[]
    : Kind extends 'columnRecord'
      ? { readonly [K in ColumnName<Row>]?: About }
      : Kind extends 'source'
        ? SourceReference
        : Kind extends 'prompt'
          ? string | Prompt | PromptReference<PromptRow<About, Row>>
          : Kind extends 'serving'
            ? ServingName
            : Kind extends 'environment'
              ? Option<About, Row> | EnvironmentValue
              : Kind extends 'vectorStore'
                ? VectorStoreName
                : Kind extends 'unless'
                  ? About extends [unknown, infer In]
                    ? Option<In, Row>
                    : never
                  : About extends [infer In, unknown]
                    ? Option<In, Row>
                    : never

/** The row whose columns a prompt may name, with the variables that the operator fills. An option may name these. */
type PromptRow<About, Row> =
  About extends PromptAbout<infer Own, infer OverRow>
    ? true extends (Own extends `{${string}}` ? true : false)
      ? Open<Row>
      : [OverRow, Own] extends [true, never]
        ? Row
        : { [Name in Own]: unknown } & (OverRow extends true ? Row : unknown)
    : never

/** The allowed variables of a prompt: columns, and variables that the operator fills. */
type PromptVariable<About, Row, In, Given> =
  About extends PromptAbout<infer Own, infer OverRow>
    ? (OverRow extends true ? ColumnName<Row> : never) | OwnVariable<Own, In, Given>
    : never
type OwnVariable<Own, In, Given> = Own extends `{${infer Name}}`
  ? Name extends keyof Given
    ? Given[Name]
    : Name extends keyof In
      ? Exclude<In[Name], undefined> extends Slot<'default', [unknown, infer Default]>
        ? Default
        : string
      : never
  : Own

/** The options that the other options require: `unless` depends on the given options. */
type Required<In, Row, Given> = {
  readonly [K in keyof In as NeededUnless<In[K], Given> extends true ? K : never]-?: Option<
    Exclude<In[K], undefined>,
    Row
  >
}
type NeededUnless<In, Given> =
  Exclude<In, undefined> extends Slot<'unless', [infer Other, infer Own]>
    ? undefined extends Own
      ? false
      : true extends IsGiven<Given, Other>
        ? false
        : true
    : false
type IsGiven<Given, Name> = Name extends keyof Given ? (Given[Name] extends undefined ? false : true) : false

/** The options that are not allowed together, and prompts with variables that are not columns. */
type Faults<In, Row, Given> = {
  readonly [K in keyof Given & keyof In as [Fault<Exclude<In[K], undefined>, Row, In, Given, Given[K]>] extends [never]
    ? never
    : K]: Fault<Exclude<In[K], undefined>, Row, In, Given, Given[K]>
}
type Fault<Option, Row, In, Given, Value> =
  Option extends Slot<'unless', [infer Other, infer Own]>
    ? Value extends undefined
      ? never
      : true extends IsGiven<Given, Other>
        ? NotBeside<GivenOf<Given, Other>>
        : Fault<Exclude<Own, undefined>, Row, In, Given, Value>
    : Option extends Slot<'prompt', infer About>
      ? WrongVariables<VariablesOf<Value>, PromptVariable<About, Row, In, Given>>
      : never
type GivenOf<Given, Other> = Other extends unknown ? (IsGiven<Given, Other> extends true ? Other : never) : never
type VariablesOf<Value> = Value extends string
  ? Variables<Value>
  : Value extends Prompt<infer Variable>
    ? Variable
    : never
/** The plan checks variables that are only known at run time. */
type WrongVariables<Said, Known> = string extends Said
  ? never
  : [Exclude<Said, Known>] extends [never]
    ? never
    : NoSuchColumn<Exclude<Said, Known>, NearestOrAll<Exclude<Said, Known>, Known>>

/** The options that neither the component nor the contribution named by `use` knows. */
type Surplus<Given, Known> =
  | Exclude<keyof Given, KeyOfAny<Known>>
  | {
      [K in keyof Given]: Given[K] extends { readonly use: infer Name }
        ? Exclude<keyof Given[K], KeyOfAny<Extract<Known[K & keyof Known], { readonly use: Name }>>>
        : never
    }[keyof Given]

/**
 * The options of a step. If all options are known, the type is the given options together with the declared ones (for
 * comments and completion). If one is unknown, the type is the declared options alone: the compiler then checks the
 * literal like any interface, and prints the wrong name with the nearest one.
 */
export type CheckedOptions<In, Row, Given, Over = OptionsOver<In, Row>> = [Surplus<Given, Over>] extends [never]
  ? WithFaults<Given, Over, Required<In, Row, Given>, Faults<In, Row, Given>>
  : Over
type WithFaults<Given, Over, Needed, Wrong> = [keyof Wrong] extends [never]
  ? Given & Over & Needed
  : { [K in keyof Given as K extends keyof Wrong ? never : K]: Given[K] } & Wrong

/** Another source, selected by its name: `{ use: 'fs.file', path: 'data/companies.csv' }`. */
export type SourceReference =
  | NoSuchSource
  | {
      [Name in SourceName]: { readonly use: Name } & OptionsOver<SideInput<Name, 'source'>, never>
    }[SourceName]

/**
 * No value has this type. The compiler compares a reference that fits no source with the first type of the union, and
 * so names the source that is near.
 */
interface NoSuchSource {
  readonly use: SourceName
  readonly [noSuchSource]: never
}
declare const noSuchSource: unique symbol

/** A contributed prompt class over a row, selected by its name: `{ use: 'shout.prompt', tone: 'angry' }`. */
export type PromptReference<Row> = {
  [Name in keyof Prompts]: { readonly use: Name } & (Prompts[Name] extends { readonly shape: infer S }
    ? OptionsOver<InputOf<S>, Row>
    : never)
}[keyof Prompts]
