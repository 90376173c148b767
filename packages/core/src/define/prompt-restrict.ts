import type { Operator, PromptClass } from '../contracts/operator.js'

type OperatorClass = (abstract new (
  ...parameters: never[]
) => Operator) & { readonly allowedPrompts: readonly PromptClass[] }

/**
 * Restricts an operator class to certain prompt classes. The plan refuses any other prompt.
 *
 * @example
 * const Restricted = promptRestrict(PromptTemplate)(MyGenerator)
 */
export function promptRestrict(...allowed: readonly PromptClass[]) {
  return <Class extends OperatorClass>(operatorClass: Class): Class => {
    Object.defineProperty(operatorClass, 'allowedPrompts', { value: allowed, enumerable: true, configurable: true })
    return operatorClass
  }
}
