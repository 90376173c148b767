import type { OperatorDefinition } from '../contracts/operator-definition.js'
import { namedOnly } from './named-only.js'
import type { TokenContainer } from './token-container.js'

/** Creates an operator with what its definition asks for by tokens. */
export function createOperator(definition: OperatorDefinition, options: unknown, scope: TokenContainer): unknown {
  const { inject = [] } = definition
  const values = scope.resolveAll(inject)
  return definition.create(
    options,
    inject.map((token, index) => namedOnly(token, values[index], definition, options)),
  )
}
