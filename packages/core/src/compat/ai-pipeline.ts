import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { Pipeline } from './pipeline.js'

/**
 * A pipeline over a storage whose operators ask for models by name, as in the Python original. It accepts operators
 * that hold their model, and operators of plugins, which take theirs from `servings`.
 *
 * @example
 * await new AIPipeline(storage, { plugins: [ai, local], servings: { default: { use: 'local.chat' } } })
 *   .addStep('ai.generate', { prompt: 'Summarize: {{text}}', output: 'summary' })
 *   .run()
 */
export class AIPipeline extends Pipeline {
  /** @param config Servings by name, and the plugins of the operators and servings. */
  constructor(storage: RowStorage, config: MaestroConfig) {
    super(storage, config)
  }

  /**
   * Adds an operator of a plugin by its name, or a defined operator.
   *
   * @param name The name in reports. @default the operator's name and its position
   */
  addStep(use: string | OperatorDefinition, options: Readonly<Record<string, unknown>> = {}, name?: string): this {
    return this.add(name, use, options)
  }
}
