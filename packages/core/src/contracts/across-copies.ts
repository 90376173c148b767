/**
 * Lets `instanceof` recognize the instances of a class whichever installed copy of this package created them: a project
 * and one of its plugins may each have a copy. Call it after the class, because in a static block the compiler may lose
 * the name.
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
