const days = 40

/** Does some work while the clock of this process shows a later day, in another month. */
export async function onAnotherDay<Result>(work: () => Promise<Result>): Promise<Result> {
  const Today = Date
  const later = () => Today.now() + days * 86_400_000
  globalThis.Date = new Proxy(Today, {
    construct: (target, parameters, self) =>
      Reflect.construct(target, parameters.length === 0 ? [later()] : parameters, self),
    apply: () => new Today(later()).toString(),
    get: (target, name) => (name === 'now' ? later : Reflect.get(target, name, target)),
  })
  try {
    return await work()
  } finally {
    globalThis.Date = Today
  }
}
