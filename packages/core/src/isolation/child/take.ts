/** Replaces a function by one that refuses. The plugin cannot put the right one back. */
export function take(owner: object, name: string, deed = `use ${name}`): void {
  replace(owner, name, () => () => {
    throw refusal(deed)
  })
}

/** Replaces a function by another, which may call it. The plugin cannot put the right one back. */
export function replace(
  owner: object,
  name: string,
  make: (right: (...call: unknown[]) => unknown) => (this: unknown, ...call: unknown[]) => unknown,
): void {
  if (!(name in owner)) return
  const value = make(Reflect.get(owner, name))
  Object.defineProperty(owner, name, { value, writable: false, configurable: false })
}

export function refusal(deed: string): Error {
  return Object.assign(new Error(deed), { code: 'ERR_ACCESS_DENIED' })
}
