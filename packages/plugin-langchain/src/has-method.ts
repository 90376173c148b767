/**
 * Whether something has a method of this name. LangChain's classes may come from several copies of it, so `instanceof`
 * is unreliable.
 */
export function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is { readonly [Key in Name]: (...parameters: never[]) => unknown } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function'
}
