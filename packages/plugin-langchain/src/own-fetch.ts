import { tolerantFetch } from '@maestro-dataflow/core'

type Options = Readonly<Record<string, unknown>>

/** The option of a package's classes that holds the options of the provider's client. */
const clientOptions: Readonly<Record<string, string>> = {
  '@langchain/openai': 'configuration',
  '@langchain/deepseek': 'configuration',
  '@langchain/xai': 'configuration',
  '@langchain/anthropic': 'clientOptions',
}

/**
 * The options of a class whose calls go through the HTTP sender of the project, which honours the proxy settings and
 * passes on the words of servers. Classes of other packages have no such option.
 */
export function withOwnFetch(from: string, options: Options): Options {
  const name = Object.hasOwn(clientOptions, from) ? clientOptions[from] : undefined
  if (name === undefined) return options
  return { ...options, [name]: { fetch: tolerantFetch, ...(options[name] as object | undefined) } }
}
