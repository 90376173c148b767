import { isSecretName } from '../builtin/secret-redactor.js'
import { isEnvironmentValue } from '../contracts/config.js'
import type { ResolvedConfig } from './resolved-config.js'

/** Shorter values are what servers without keys receive, such as `none`. */
const fewestCharacters = 8

/** The password in an address, such as `postgres://user:password@host/database`. */
function passwordIn(text: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@:]*:([^/?#\s@]+)@/i.exec(text)?.[1]
}

/**
 * Finds the settings that hold a key, password, or token in plain text, or within an address, where everybody who sees
 * the config sees it. Values that the config reads from the environment do not count.
 */
export function plainSecrets(
  { servings, storages, vectorStores, plugins }: ResolvedConfig,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const fromEnvironment = Object.values(environment).filter((value = '') => value.length >= fewestCharacters)
  const isPlain = (value: string) =>
    value.length >= fewestCharacters && !fromEnvironment.some((known = '') => value.includes(known))
  const found: string[] = []
  const look = (value: unknown, setting: string, name: string): void => {
    if (typeof value === 'string') {
      const password = passwordIn(value)
      const isPassword = password !== undefined && !fromEnvironment.some((known = '') => value.includes(known))
      if (isPassword || (isSecretName(name) && isPlain(value))) found.push(setting)
      return
    }
    if (isEnvironmentValue(value) || typeof value !== 'object' || value === null) return
    // An instance of a class was created in code.
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return
    for (const [key, item] of Object.entries(value)) look(item, `${setting}.${key}`, Array.isArray(value) ? name : key)
  }
  for (const [name, value] of Object.entries({ servings, storages, vectorStores })) look(value, name, name)
  for (const plugin of plugins) if (Array.isArray(plugin)) look(plugin[1], `the options of ${plugin[0]}`, '')
  return found
}
