/**
 * Calls a function with what is being loaded: at once if it is there, so that a row needs no turn of the event loop.
 *
 * @throws what loading threw
 */
export function onceLoaded<Loaded>(loading: Promise<Loaded>) {
  let loaded: { readonly value: Loaded } | undefined
  const settled = loading.then((value) => {
    loaded = { value }
    return value
  })
  settled.catch(() => undefined)
  return <Result>(use: (value: Loaded) => Result): Result | Promise<Result> =>
    loaded === undefined ? settled.then(use) : use(loaded.value)
}
