import type { Ollama } from 'ollama'

/** What a host knows about a model. */
export interface ModelDescription {
  /** The maximum tokens of prompt and answer that it was trained for. */
  readonly trainedTokens: number | undefined
  /** The context size in the model's own file. */
  readonly contextTokens: number | undefined
  /** The texts that end an answer, from the model's own file. Those of a request would replace them. */
  readonly stop: readonly string[]
  /** Undefined if the server is too old to state it. */
  readonly seesImages: boolean | undefined
}

/** Asks a host about a model. @throws MAESTRO_SERVING_NOT_FOUND with the command that pulls it */
export async function describeModel(client: Ollama, model: string): Promise<ModelDescription> {
  const shown = await client.show({ model })
  // The library's type is a Map, but the value is the object of the answer.
  const info = (shown.model_info ?? {}) as unknown as Readonly<Record<string, unknown>>
  const trained = info[`${String(info['general.architecture'])}.context_length`]
  const parameters = readParameters(shown.parameters ?? '')
  const contextTokens = parameters.find(([name]) => name === 'num_ctx')?.[1]
  return {
    trainedTokens: typeof trained === 'number' ? trained : undefined,
    contextTokens: typeof contextTokens === 'number' ? contextTokens : undefined,
    stop: parameters.flatMap(([name, value]) => (name === 'stop' ? [String(value)] : [])),
    seesImages: shown.capabilities?.includes('vision'),
  }
}

/** Parses lines that consist of a name, spaces, and a number or a quoted text. */
function readParameters(text: string): readonly (readonly [name: string, value: unknown])[] {
  return [...text.matchAll(/^(\S+)\s+(.+)$/gm)].map(([, name = '', value = '']) => [name, readValue(value)])
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
