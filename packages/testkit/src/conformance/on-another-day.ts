import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { withLanguage } from './with-language.js'

/** No whole number of hours, so that no part of a time is the same. */
const later = 40 * 86_400_000 + 7 * 3_600_000 + 23 * 60_000 + 17_345
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
 * Does some work while the clock of this process shows a later time of another month, and everything that it can learn
 * about its machine is that of another one: time zone, language, user, host, working directory, and process id.
 */
export async function onAnotherDay<Result>(work: () => Promise<Result>): Promise<Result> {
  const Today = Date
  const now = () => Today.now() + later
  globalThis.Date = new Proxy(Today, {
    construct: (target, parameters, self) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, self),
    apply: () => new Today(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name, target)),
  })
  const here = Object.keys(elsewhere).map((name) => [name, process.env[name]] as const)
  const { hostname } = os
  const { cwd, pid, ppid } = process
  Object.assign(process.env, elsewhere)
  os.hostname = () => elsewhere.HOSTNAME
  process.cwd = () => os.tmpdir()
  Object.defineProperties(process, { pid: { value: pid + 1 }, ppid: { value: ppid + 1 } })
  syncBuiltinESMExports()
  try {
    return await withLanguage('tr-TR', work)
  } finally {
    globalThis.Date = Today
    os.hostname = hostname
    process.cwd = cwd
    Object.defineProperties(process, { pid: { value: pid }, ppid: { value: ppid } })
    syncBuiltinESMExports()
    for (const [name, value] of here) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
