import type { LLMRequest, LLMResult } from '../../contracts/serving.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { withInstruction } from './schema-instruction.js'

/** Which schemas a model follows by itself. The prompt describes the others. */
export class SchemaSupport {
  readonly #isNative: () => boolean
  readonly #refused = new Set<string>()

  /** @param isNative Whether the model supports schemas at all. */
  constructor(isNative: () => boolean) {
    this.#isNative = isNative
  }

  /** The request with the schema in its prompt, if the model does not follow it by itself. */
  instructed(request: LLMRequest): LLMRequest {
    const { schema } = request
    const isHeld = this.#isNative() && !this.#refused.has(JSON.stringify(schema))
    return schema === undefined || isHeld ? request : withInstruction({ ...request, schema })
  }

  /** If the provider refuses the schema, the prompt describes it, for this request and later ones. */
  async call(
    request: LLMRequest,
    ask: (request: LLMRequest) => Promise<LLMResult>,
    record: { warn(message: string): void },
  ): Promise<LLMResult> {
    try {
      return await ask(request)
    } catch (error) {
      const { schema } = request
      if (schema === undefined || !MaestroError.is(error, 'MAESTRO_SERVING_SCHEMA_REFUSED')) throw error
      this.#refused.add(JSON.stringify(schema))
      record.warn(
        `The server does not follow the schema, which was put into the prompt instead: ${error.details.reason}`,
      )
      return ask(withInstruction({ ...request, schema }))
    }
  }
}
