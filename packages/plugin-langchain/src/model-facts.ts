import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Embeddings } from '@langchain/core/embeddings'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { accountOf, type ServingBase, withoutSecrets } from '@maestro-dataflow/core'
import type { ExportReference } from './import-export.js'
import { ownConcurrency } from './own-calls.js'

/** What is known about a model before it is asked: its identity, and what affects its answers. */
export type ModelFacts = Omit<ServingBase, 'dispose'>

/** The facts of a chat model that was created in code. */
export function factsOfChatModel(model: BaseChatModel): ModelFacts {
  const { ls_provider, ls_model_name } = model.getLsParams({})
  return factsOf(model, ls_provider ?? model._llmType(), ls_model_name ?? model.getName())
}

/**
 * The facts of an embedding model that was created in code. Embedding models do not describe themselves; most have a
 * property with the model's name.
 */
export function factsOfEmbeddings(embeddings: Embeddings): ModelFacts {
  const { model, modelName = model } = embeddings as { model?: unknown; modelName?: unknown }
  const kind = embeddings.constructor.name
  const facts = factsOf(embeddings, kind.replace(/Embeddings$/, '').toLowerCase() || kind, String(modelName ?? kind))
  // Unlike chat models, they cannot be serialized. Without a model name, nothing is known about one.
  return typeof modelName === 'string'
    ? { ...facts, identity: { class: kind, address: addressOf(embeddings), ...plainFields(embeddings) } }
    : facts
}

/** The facts of a model that the config in this folder names. */
export function factsOfExport({ from, export: name }: ExportReference, options: object, directory: string): ModelFacts {
  const { model, modelName = model, modelId = modelName, maxConcurrency } = options as Record<string, unknown>
  const provider = from.startsWith('.') ? name : from.replace(/^@langchain\//, '')
  const shown = typeof modelId === 'string' ? modelId : name
  return {
    name: `langchain ${provider} ${shown}`,
    provider,
    model: shown,
    identity: { from, export: name, version: versionOf(from, directory), options: withoutSecrets(options) },
    account: accountOf(from, options),
    concurrency: typeof maxConcurrency === 'number' ? maxConcurrency : undefined,
  }
}

function factsOf(thing: object, provider: string, model: string): ModelFacts {
  const written = serialised(thing)
  return {
    name: `langchain ${provider} ${model}`,
    provider,
    model,
    concurrency: ownConcurrency(thing),
    identity:
      written === undefined
        ? undefined
        : { class: thing.constructor.name, address: addressOf(thing), options: digest(written) },
  }
}

/**
 * A class of the project may answer differently after its file changes; a class of a package is identified by its name.
 */
function versionOf(from: string, directory: string): string | undefined {
  if (!from.startsWith('.')) return undefined
  try {
    return createHash('sha256')
      .update(readFileSync(resolve(directory, from)))
      .digest('hex')
  } catch {
    // The first call reports the fault.
    return undefined
  }
}

/** The address to which the client of a provider's package sends its calls; it may come from the environment. */
export function addressOf(thing: object): string | undefined {
  const { clientConfig, baseUrl } = thing as { clientConfig?: { baseURL?: unknown }; baseUrl?: unknown }
  const address = clientConfig?.baseURL ?? baseUrl
  return typeof address === 'string' ? address : undefined
}

/** A model as LangChain serializes it, if it can, without its secrets. */
function serialised(thing: object): unknown {
  try {
    const written = JSON.parse(JSON.stringify(thing))
    return written?.type === 'constructor' ? written : undefined
  } catch {
    return undefined
  }
}

function plainFields(thing: object): object {
  const plain = Object.entries(thing).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return withoutSecrets(Object.fromEntries(plain))
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
