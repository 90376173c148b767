import type {
  EmbeddingModelV2,
  EmbeddingModelV3,
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  RerankingModelV3,
  RerankingModelV4,
  TranscriptionModelV2,
  TranscriptionModelV3,
  TranscriptionModelV4,
} from '@ai-sdk/provider'
import { aiSdkError } from './errors.js'
import { loadProvider } from './load-provider.js'
import { isModel, type NamedModel } from './provider-options.js'

/** A language model of the AI SDK, of any version of its contract that is supported. */
export type LanguageModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4
/** An embedding model of the AI SDK, of any version of its contract that is supported. */
export type EmbeddingModel = EmbeddingModelV2<string> | EmbeddingModelV3 | EmbeddingModelV4
/** A rerank model of the AI SDK, of any version of its contract that is supported. */
export type RerankModel = RerankingModelV3 | RerankingModelV4
/** A transcription model of the AI SDK, of any version of its contract that is supported. */
export type TranscriptionModel = TranscriptionModelV2 | TranscriptionModelV3 | TranscriptionModelV4

/** The models of the AI SDK by the kind of our servings. */
interface ModelByKind {
  llm: LanguageModel
  embedding: EmbeddingModel
  rerank: RerankModel
  transcription: TranscriptionModel
}

/** How a provider creates a model of each kind, and the method by which the model is called. */
const kinds: Readonly<
  Record<keyof ModelByKind, { readonly makers: readonly string[]; readonly method: string; readonly words: string }>
> = {
  llm: { makers: ['languageModel'], method: 'doGenerate', words: 'language' },
  embedding: { makers: ['embeddingModel', 'textEmbeddingModel'], method: 'doEmbed', words: 'embedding' },
  rerank: { makers: ['rerankingModel', 'reranking'], method: 'doRerank', words: 'rerank' },
  transcription: { makers: ['transcriptionModel', 'transcription'], method: 'doGenerate', words: 'transcription' },
}

const supported = ['v2', 'v3', 'v4']

/**
 * The model that the options name.
 *
 * @throws MAESTRO_AI_SDK_PACKAGE_MISSING, _IMPORT, _FACTORY, _CREATE, _KIND, _SPECIFICATION
 */
export async function loadModel<Kind extends keyof ModelByKind>(
  kind: Kind,
  named: NamedModel,
  directory: string,
): Promise<ModelByKind[Kind]> {
  const created = await loadProvider(named, directory)
  const { makers, method, words } = kinds[kind]
  const { provider, model: name } = named
  const maker = makers.find((maker) => typeof Reflect.get(created, maker) === 'function')
  const model = maker === undefined ? undefined : made(created, maker, name)
  if (!isModel(model, method)) throw aiSdkError('MAESTRO_AI_SDK_KIND', { provider, kind: words })
  return assertSupported(model as ModelByKind[Kind])
}

/** A provider without models of a kind throws an error when one is requested. */
function made(created: object, maker: string, name: string): unknown {
  try {
    return (Reflect.get(created, maker) as (name: string) => unknown).call(created, name)
  } catch (error) {
    if ((error as { name?: unknown }).name === 'AI_NoSuchModelError') return undefined
    throw error
  }
}

/** @throws MAESTRO_AI_SDK_SPECIFICATION */
export function assertSupported<Model extends { readonly specificationVersion: string; readonly modelId: string }>(
  model: Model,
): Model {
  const { specificationVersion: version, modelId } = model
  if (!supported.includes(version)) throw aiSdkError('MAESTRO_AI_SDK_SPECIFICATION', { model: modelId, version })
  return model
}
