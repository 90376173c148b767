import type { DocumentInterface } from '@langchain/core/documents'
import { column, defineOperator, type OutputOf, PROJECT, typed, unless } from '@maestro-dataflow/core'
import { z } from 'zod'
import { langchainError } from './errors.js'
import { hasMethod } from './has-method.js'
import { createFrom } from './import-export.js'

const name = z.string().min(1)

/** The options of `langchain.split`: a splitter, or the class to create it from. */
class SplitFields {
  /** The column of the text. */
  input = column('string')
  /** The column of the piece. @default the column of the text */
  output = name.optional()
  /** A column for the lines of the text that the piece comes from, from 1: `{ from, to }`. @default none */
  lines = name.optional()
  /** A splitter that was created in code. */
  splitter = z.custom<LangChainSplitter>(isSplitter, 'a text splitter of LangChain is expected').optional()
  /** @default '@langchain/textsplitters' */
  from = unless('splitter', name.optional())
  /** @default 'RecursiveCharacterTextSplitter' */
  export = unless('splitter', name.optional())
  /** The arguments of its constructor, such as `chunkSize` and `chunkOverlap`. */
  options = unless('splitter', z.record(z.string(), z.unknown()).optional())
}

/** The methods of a LangChain.js text splitter that are used here. */
export interface LangChainSplitter {
  splitText(text: string): Promise<string[]>
  createDocuments(texts: string[]): Promise<DocumentInterface[]>
}

/** The lines of a text that a piece comes from, from 1; null if the splitter does not state them. */
export type SplitLines = { readonly from: number; readonly to: number } | null

function isSplitter(value: unknown): value is LangChainSplitter {
  return hasMethod(value, 'splitText') && hasMethod(value, 'createDocuments')
}

/** `langchain.split`: a row for each piece into which a LangChain.js text splitter splits a text. */
export const split = defineOperator({
  name: 'langchain.split',
  kind: 'flatMap',
  description: 'Splits a text into rows by a text splitter of LangChain.js',
  options: SplitFields,
  adds: { '{output|input}': 'string', '{lines}': typed<SplitLines>('json') },
  inject: [PROJECT],
  create: (options, [{ directory }]) => {
    const { input, output = input, lines } = options
    let made: Promise<LangChainSplitter> | undefined
    const splitter = () => {
      made ??= options.splitter === undefined ? makeSplitter(options, directory) : Promise.resolve(options.splitter)
      return made
    }
    return async (row, { drop }) => {
      const text = row[input]
      if (typeof text !== 'string')
        throw langchainError('MAESTRO_LANGCHAIN_NOT_TEXT', { column: input, found: describe(text) })
      const pieces = await (await splitter()).createDocuments([text])
      if (pieces.length === 0) return drop('the splitter made no piece of the text')
      return pieces.map(({ pageContent, metadata }) => ({
        ...row,
        [output]: pageContent,
        ...(lines === undefined ? {} : { [lines]: metadata.loc?.lines ?? null }),
      }))
    }
  },
})

async function makeSplitter(given: OutputOf<SplitFields>, directory: string): Promise<LangChainSplitter> {
  const { from = '@langchain/textsplitters', export: name = 'RecursiveCharacterTextSplitter', options = {} } = given
  const made = await createFrom({ from, export: name }, [options], directory)
  if (isSplitter(made)) return made
  const found = `${name} of ${from}`
  throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a text splitter' })
}

const describe = (value: unknown): string =>
  value === null || value === undefined
    ? String(value)
    : Array.isArray(value)
      ? 'a list'
      : `a value of type ${typeof value}`
