/** Whether something can be called by this name. LangChain's classes come from several copies of it: `instanceof` would err. */
export function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is { readonly [Key in Name]: (...parameters: never[]) => unknown } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function'
}
