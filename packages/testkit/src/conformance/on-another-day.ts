const days = 40
/** A time zone that is a day ahead of others, so that local times differ. */
const zone = 'Pacific/Kiritimati'

/** Does some work while the clock of this process shows a later day, in another month and another time zone. */
export async function onAnotherDay<Result>(work: () => Promise<Result>): Promise<Result> {
  const Today = Date
  const later = () => Today.now() + days * 86_400_000
  globalThis.Date = new Proxy(Today, {
    construct: (target, parameters, self) =>
      Reflect.construct(target, parameters.length === 0 ? [later()] : parameters, self),
    apply: () => new Today(later()).toString(),
    get: (target, name) => (name === 'now' ? later : Reflect.get(target, name, target)),
  })
  const { TZ } = process.env
  process.env.TZ = zone
  try {
    return await work()
  } finally {
    globalThis.Date = Today
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  }
}
