import type { Operators, Prompts, Storages } from '../../contracts/component-types.js'
import type { RowFunction } from '../effects/effects.js'
import type { InputOf, NamesOf } from './fields.js'

/** A storage in the config: its kind, and the options that the config already sets. */
export interface ConfiguredStorage<Kind extends string> {
  readonly configuredAs: Kind
}

type DefinitionOf<Name> = Name extends keyof Storages ? Storages[Name] : never

/** The declaration of one side of a storage. */
type Side<Definition, Way extends 'source' | 'sink'> =
  Definition extends ConfiguredStorage<infer Kind>
    ? Side<DefinitionOf<Kind>, Way>
    : SideOf<Definition, Way> extends { readonly shape: infer S }
      ? S
      : never
type SideOf<Definition, Way> = Way extends keyof Definition ? Exclude<Definition[Way], undefined> : never

type NamesWith<Way extends 'source' | 'sink'> = {
  [Name in keyof Storages]: [Side<Storages[Name], Way>] extends [never] ? never : Name
}[keyof Storages]

/** The names of the operators whose types are known. */
export type OperatorName = keyof Operators
/** The names of the storages that can be read and whose types are known. */
export type SourceName = NamesWith<'source'>
/** The names of the storages that can be written and whose types are known. */
export type SinkName = NamesWith<'sink'>
/** The names of the prompts whose types are known. */
export type PromptName = keyof Prompts

/** The options of a source or sink. Options that the config sets may be left out. */
export type SideInput<Name, Way extends 'source' | 'sink'> =
  DefinitionOf<Name> extends ConfiguredStorage<string>
    ? Partial<InputOf<Side<DefinitionOf<Name>, Way>>>
    : InputOf<Side<DefinitionOf<Name>, Way>>

/** The names of the options of one side of a storage. */
export type SideOptionNames<Name, Way extends 'source' | 'sink'> = NamesOf<Side<DefinitionOf<Name>, Way>>

/** The rows of a source, derived from the given options. */
export type SourceRowOf<Name, Given> = RowOfSource<DefinitionOf<Name>, Given>
type RowOfSource<Definition, Given> =
  Definition extends ConfiguredStorage<infer Kind>
    ? RowOfSource<DefinitionOf<Kind>, Given>
    : SideOf<Definition, 'source'> extends { readonly row?: infer F }
      ? Exclude<F, undefined> extends infer Known extends RowFunction
        ? (Known & { readonly options: Given })['row']
        : Record<string, unknown>
      : Record<string, unknown>

/** The rows of a source that is selected by its name. */
export type SourceRow<Reference> = Reference extends { readonly use: infer Name } ? SourceRowOf<Name, Reference> : never
