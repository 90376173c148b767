import { defineOperator, PROJECT } from '@maestro-dataflow/core'
import { z } from 'zod'
import { constructorOptions } from './chat-serving-options.js'
import type { LangChainSplitter } from './component-types.js'
import { langchainError } from './errors.js'
import { hasMethod } from './has-method.js'
import { createFrom } from './import-export.js'

const name = z.string().min(1)
const columns = { input: name, output: name.optional(), lines: name.optional() }

const given = z.strictObject({
  ...columns,
  splitter: z.custom<LangChainSplitter>(isSplitter, 'a text splitter of LangChain is expected'),
})

const named = z.strictObject({
  ...columns,
  from: name.default('@langchain/textsplitters'),
  export: name.default('RecursiveCharacterTextSplitter'),
  options: constructorOptions,
})

function isSplitter(value: unknown): value is LangChainSplitter {
  return hasMethod(value, 'splitText') && hasMethod(value, 'createDocuments')
}

/** `langchain.split`: a row for each piece that a text splitter of LangChain.js makes of a text. */
export const split = defineOperator({
  name: 'langchain.split',
  kind: 'flatMap',
  description: 'Splits a text into rows by a text splitter of LangChain.js',
  options: z.union([given, named]),
  columns: ({ input, output = input, lines }: z.output<typeof given | typeof named>) => ({
    reads: [input],
    adds: { [output]: 'string', ...(lines === undefined ? {} : { [lines]: 'json' }) },
  }),
  inject: [PROJECT],
  create: (options, [{ directory }]) => {
    const { input, output = input, lines } = options
    let made: Promise<LangChainSplitter> | undefined
    const splitter = () => {
      made ??= 'splitter' in options ? Promise.resolve(options.splitter) : makeSplitter(options, directory)
      return made
    }
    return async (row) => {
      const text = row[input]
      if (typeof text !== 'string')
        throw langchainError('MAESTRO_LANGCHAIN_NOT_TEXT', { column: input, found: describe(text) })
      const pieces = await (await splitter()).createDocuments([text])
      return pieces.map(({ pageContent, metadata }) => ({
        ...row,
        [output]: pageContent,
        ...(lines === undefined ? {} : { [lines]: metadata.loc?.lines ?? null }),
      }))
    }
  },
})

async function makeSplitter(options: z.output<typeof named>, directory: string): Promise<LangChainSplitter> {
  const made = await createFrom(options, [options.options], directory)
  if (isSplitter(made)) return made
  const found = `${options.export} of ${options.from}`
  throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'a text splitter' })
}

const describe = (value: unknown): string =>
  value === null || value === undefined
    ? String(value)
    : Array.isArray(value)
      ? 'a list'
      : `a value of type ${typeof value}`
