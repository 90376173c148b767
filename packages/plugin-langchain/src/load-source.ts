import type { DocumentLoader } from '@langchain/core/document_loaders/base'
import type { Document } from '@langchain/core/documents'
import {
  defineSource,
  defineStorage,
  MaestroError,
  type OutputOf,
  rowType,
  type SourceBatch,
  unless,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { exportFields } from './chat-serving-options.js'
import { langchainError } from './errors.js'
import { hasMethod } from './has-method.js'
import { createFrom } from './import-export.js'

/** The options of `langchain.load`: a loader, or the class to create it from. */
class LoadFields {
  /** A loader that was created in code. */
  loader = z
    .custom<DocumentLoader>(isLoader, 'a document loader of LangChain is expected, or `from` and `export`')
    .optional()
  /** The module that exports the class, such as `@langchain/classic/document_loaders/fs/text`. */
  from = unless('loader', exportFields.from)
  /** The name of the class in the module. */
  export = unless('loader', exportFields.export)
  /** The arguments of its constructor, in order. */
  arguments = unless('loader', z.array(z.unknown()).optional())
}

/** A row of `langchain.load`. */
export interface DocumentRow {
  text: string
  metadata: Record<string, unknown>
}

type LoadOptions = OutputOf<LoadFields>

/** The number of rows that are passed on together. */
const batchSize = 256

function isLoader(value: unknown): value is DocumentLoader {
  return hasMethod(value, 'load')
}

/** `langchain.load`: reads the documents of a LangChain.js document loader, one row for each. */
export const documents = defineStorage({
  name: 'langchain.load',
  description: 'Reads documents by a document loader of LangChain.js: a row of text and metadata for each document',
  source: defineSource({
    options: LoadFields,
    row: rowType<DocumentRow>(),
    columns: () => ({ columns: { text: 'string', metadata: 'json' }, open: false }),
    open: (chosen, { directory }) => ({ read: () => readDocuments(chosen, directory) }),
  }),
})

async function* readDocuments(chosen: LoadOptions, directory: string): AsyncGenerator<SourceBatch> {
  const loader = chosen.loader ?? (await makeLoader(chosen, directory))
  const { name } = loader.constructor
  const documents = await load(loader, name)
  for (let start = 0; start < documents.length; start += batchSize) {
    const part = documents.slice(start, start + batchSize)
    yield {
      ids: part.map((_, index) => `${name}:${start + index + 1}`),
      rows: part.map(({ pageContent, metadata }) => ({ text: pageContent, metadata })),
    }
  }
}

async function load(loader: DocumentLoader, name: string): Promise<readonly Document[]> {
  try {
    return await loader.load()
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw langchainError('MAESTRO_LANGCHAIN_LOADER', { loader: name, reason: (error as Error).message }, error)
  }
}

async function makeLoader(chosen: LoadOptions, directory: string): Promise<DocumentLoader> {
  const { from = '', export: name = '', arguments: given = [] } = chosen
  const made = await createFrom({ from, export: name }, given, directory)
  if (isLoader(made)) return made
  const found = `${name} of ${from}`
  throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a document loader' })
}
