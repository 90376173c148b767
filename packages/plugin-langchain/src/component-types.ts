import type { DocumentLoader } from '@langchain/core/document_loaders/base'
import type { DocumentInterface } from '@langchain/core/documents'
import type { Column, With } from '@maestro-dataflow/core'
import type { LangChainChatOptions } from './chat-serving-options.js'
import type { LangChainEmbeddingsOptions } from './embedding-serving-options.js'

/** What is asked of a text splitter of LangChain.js. */
export interface LangChainSplitter {
  splitText(text: string): Promise<string[]>
  createDocuments(texts: string[]): Promise<DocumentInterface[]>
}

interface SplitColumns<Row> {
  /** The column of the text. */
  readonly input: Column<Row>
  /** The column of the piece. @default that of the text */
  readonly output?: string
  /** A column for the lines of the text that the piece comes from, from 1: `{ from, to }`. @default none */
  readonly lines?: string
}

/** Options of `langchain.split`: the splitter itself, or the class to make it from. */
export type LangChainSplitOptions<Row> = SplitColumns<Row> &
  (
    | { readonly splitter: LangChainSplitter; readonly from?: never; readonly export?: never; readonly options?: never }
    | {
        readonly splitter?: never
        /** @default '@langchain/textsplitters' */
        readonly from?: string
        /** @default 'RecursiveCharacterTextSplitter' */
        readonly export?: string
        /** Of its constructor, such as `chunkSize` and `chunkOverlap`. */
        readonly options?: Readonly<Record<string, unknown>>
      }
  )

/** Options of `langchain.load`: the loader itself, or the class to make it from. */
export type LangChainLoadOptions =
  | { readonly loader: DocumentLoader; readonly from?: never; readonly export?: never; readonly arguments?: never }
  | {
      readonly loader?: never
      /** The module that exports the class, such as `@langchain/classic/document_loaders/fs/text`. */
      readonly from: string
      readonly export: string
      /** Of its constructor, in order. */
      readonly arguments?: readonly unknown[]
    }

/** A row of `langchain.load`. */
export interface DocumentRow {
  text: string
  metadata: Record<string, unknown>
}

/** The lines of a text that a piece comes from, from 1; null when the splitter does not say. */
export type SplitLines = { readonly from: number; readonly to: number } | null

type Named<Options, Key extends string> = Options extends { readonly [K in Key]: infer Name extends string }
  ? Name
  : never

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'langchain.chat': LangChainChatOptions
    'langchain.embeddings': LangChainEmbeddingsOptions
  }
  interface OperatorOptions<Row> {
    'langchain.split': LangChainSplitOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'langchain.split': With<
      Row,
      Record<Options extends { readonly output: string } ? Named<Options, 'output'> : Named<Options, 'input'>, string> &
        Record<Named<Options, 'lines'>, SplitLines>
    >
  }
  interface SourceOptions {
    'langchain.load': LangChainLoadOptions
  }
  interface SourceOutput<Options> {
    'langchain.load': DocumentRow
  }
}
