/** Replaces a function by one that refuses. The plugin cannot put the right one back. */
export function take(owner: object, name: string, deed = `use ${name}`): void {
  if (!(name in owner)) return
  const value = () => {
    throw refusal(deed)
  }
  Object.defineProperty(owner, name, { value, writable: false, configurable: false })
}

export function refusal(deed: string): Error {
  return Object.assign(new Error(deed), { code: 'ERR_ACCESS_DENIED' })
}
