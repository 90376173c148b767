import type { Operator, PromptClass } from '../contracts/operator.js'

type OperatorClass = (abstract new (
  ...parameters: never[]
) => Operator) & { readonly allowedPrompts: readonly PromptClass[] }

/**
 * Says which prompt classes an operator class takes. A pipeline that gives it another does not compile to a plan.
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
