import type { RowFunction, Schema, ValueOf } from '@maestro-dataflow/core'
import type { FileFormat } from './format.js'

type Packed<Name extends string> = Name | `${Name}.gz` | `${Name}.zst`
type TextPath = Packed<`${string}.${'txt' | 'md' | 'markdown'}`>
type CellsPath = Packed<`${string}.${'csv' | 'tsv'}`>

/** The format that the options name, or that the endings of all paths have in common. */
type FormatOf<Options> = Options extends { readonly format: infer Format extends FileFormat }
  ? Format
  : Options extends { readonly path: readonly (infer Path)[] }
    ? FormatOfPath<Path>
    : Options extends { readonly path: infer Path }
      ? FormatOfPath<Path>
      : undefined
type FormatOfPath<Path> = [Path] extends [TextPath] ? 'text' : [Path] extends [CellsPath] ? 'csv' : undefined

/** The row of a text file. */
export interface TextRow {
  /** The file, relative to the project. */
  path: string
  text: string
}

/** One line of a text file. */
export interface TextLineRow extends TextRow {
  /** The number of the line, from 1. */
  line: number
}

/** The columns of a text's row that are asked for. */
type AskedColumns<Row, Options> = Options extends { readonly columns: infer Names }
  ? Pick<Row, Extract<Names extends readonly (infer Name)[] ? Name : keyof Names, keyof Row>>
  : Row

type NamedColumns<Names, Options> = Names extends readonly (infer Name extends string)[]
  ? Record<Name, FormatOf<Options> extends 'csv' | 'tsv' ? string : unknown>
  : { -readonly [Name in keyof Names]: Names[Name] extends 'string' ? string : ValueOf<Names[Name]> | null }

/** The rows of `fs.file`, derived from its options. */
export interface FileRow extends RowFunction {
  readonly row: RowOf<this['options']>
}
type RowOf<Options> = Options extends { readonly schema: Schema<infer _Input, infer Output> }
  ? Output
  : FormatOf<Options> extends 'text' | 'markdown'
    ? AskedColumns<Options extends { readonly lines: true } ? TextLineRow : TextRow, Options>
    : Options extends { readonly columns: 'infer' }
      ? Record<string, unknown>
      : Options extends { readonly columns: infer Names }
        ? NamedColumns<Names, Options>
        : Options extends { readonly header: infer Names }
          ? NamedColumns<Names, Options>
          : Record<string, unknown>
