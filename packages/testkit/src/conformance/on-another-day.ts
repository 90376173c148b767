const days = 40
/** A time zone that is a day ahead of others, so that local times differ, and a user of another machine. */
const elsewhere = {
  TZ: 'Pacific/Kiritimati',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'tr_TR.UTF-8',
  USER: 'somebody-else',
  LOGNAME: 'somebody-else',
  HOSTNAME: 'elsewhere',
}

/**
 * Does some work while the clock of this process shows a later day, in another month, and its environment another time
 * zone, language, and user.
 */
export async function onAnotherDay<Result>(work: () => Promise<Result>): Promise<Result> {
  const Today = Date
  const later = () => Today.now() + days * 86_400_000
  globalThis.Date = new Proxy(Today, {
    construct: (target, parameters, self) =>
      Reflect.construct(target, parameters.length === 0 ? [later()] : parameters, self),
    apply: () => new Today(later()).toString(),
    get: (target, name) => (name === 'now' ? later : Reflect.get(target, name, target)),
  })
  const here = Object.keys(elsewhere).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, elsewhere)
  try {
    return await work()
  } finally {
    globalThis.Date = Today
    for (const [name, value] of here) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
