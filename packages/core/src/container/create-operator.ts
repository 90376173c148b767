import type { OperatorDefinition } from '../contracts/operator-definition.js'
import { namedOnly } from './named-only.js'
import type { CallingStep } from './step-servings.js'
import type { TokenContainer } from './token-container.js'

/** Creates an operator with what its definition asks for by tokens. @param step The step of a run that it is for. */
export function createOperator(
  definition: OperatorDefinition,
  options: unknown,
  scope: TokenContainer,
  step?: CallingStep,
): unknown {
  const { inject = [] } = definition
  const values = scope.resolveAll(inject)
  return definition.create(
    options,
    inject.map((token, index) => namedOnly(token, values[index], { definition, options, step })),
  )
}
