import { PromptTemplate } from '../define/prompt.js'
import { maestroError } from '../errors/error-table.js'

/**
 * A prompt template with a list of required variables, as in the Python original. Here, variables are written
 * `{{name}}`.
 *
 * @example
 * new DIYPromptABC('Translate to French: {{text}}', ['text'])
 */
export class DIYPromptABC<Variable extends string = string> extends PromptTemplate<Variable> {
  /** @throws MAESTRO_PROMPT_TEMPLATE if a required variable is not in the template */
  constructor(template: string, requiredVariables: readonly Variable[] = []) {
    super(template)
    const missing = requiredVariables.filter((name) => !this.variables.includes(name))
    if (missing.length > 0)
      throw maestroError('MAESTRO_PROMPT_TEMPLATE', { template, reason: `it does not use ${missing.join(', ')}` })
  }
}
