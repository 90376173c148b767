import type { DocumentLoader } from '@langchain/core/document_loaders/base'
import type { Document } from '@langchain/core/documents'
import { defineStorage, MaestroError, type SourceBatch, type SourceDefinition } from '@maestro-dataflow/core'
import { z } from 'zod'
import { exportFields } from './chat-serving-options.js'
import { langchainError } from './errors.js'
import { hasMethod } from './has-method.js'
import { createFrom } from './import-export.js'

const given = z.strictObject({
  loader: z.custom<DocumentLoader>(isLoader, 'a document loader of LangChain is expected, or `from` and `export`'),
})

const named = z.strictObject({
  ...exportFields,
  /** The arguments of the class's constructor, in order. */
  arguments: z.array(z.unknown()).default([]),
})

const options = z.union([given, named])
type LoadOptions = z.output<typeof options>

/** Rows that are handed on together. */
const batchSize = 256

function isLoader(value: unknown): value is DocumentLoader {
  return hasMethod(value, 'load')
}

/** `langchain.load`: what a document loader of LangChain.js loads, a row for each document. */
export const documents = defineStorage({
  name: 'langchain.load',
  description: 'Reads what a document loader of LangChain.js loads: a row of text and metadata for each document',
  source: {
    options,
    columns: () => ({ columns: { text: 'string', metadata: 'json' }, open: false }),
    open: (chosen, { directory }) => ({ read: () => readDocuments(chosen, directory) }),
  } satisfies SourceDefinition<LoadOptions>,
})

async function* readDocuments(chosen: LoadOptions, directory: string): AsyncGenerator<SourceBatch> {
  const loader = 'loader' in chosen ? chosen.loader : await makeLoader(chosen, directory)
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

async function makeLoader(chosen: z.output<typeof named>, directory: string): Promise<DocumentLoader> {
  const made = await createFrom(chosen, chosen.arguments, directory)
  if (isLoader(made)) return made
  const found = `${chosen.export} of ${chosen.from}`
  throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a document loader' })
}
