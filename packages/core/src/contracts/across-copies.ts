/**
 * Lets `instanceof` recognise the instances of a class whichever installed copy of this package made them: a project and
 * one of its plugins may have a copy each. Call it beside the class: in a static block the compiler may lose the name.
 *
 * @param name The name of the class, the same in every copy.
 */
export function recogniseAcrossCopies(target: { readonly prototype: object }, name: string): void {
  const marker = Symbol.for(`maestro-dataflow.class.${name}`)
  Object.defineProperty(target.prototype, marker, { value: true })
  Object.defineProperty(target, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A subclass inherits this method but has no marker of its own.
      if (this !== target) return Function.prototype[Symbol.hasInstance].call(this, value)
      return typeof value === 'object' && value !== null && marker in value
    },
  })
}
