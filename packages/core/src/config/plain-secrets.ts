import { isSecretName } from '../builtin/redactor.js'
import { isEnvironmentValue } from '../contracts/config.js'
import type { ResolvedConfig } from './resolved-config.js'

/** Shorter ones are what servers without keys are given, such as `none`. */
const fewestCharacters = 8

/** The password that stands in an address, such as `postgres://user:password@host/database`. */
function passwordIn(text: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@:]*:([^/?#\s@]+)@/i.exec(text)?.[1]
}

/**
 * The settings that hold a key, password or token in plain text, also within an address, where everybody sees it who sees the config. What a
 * config reads from the environment by itself does not count.
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
    // What has a class of its own was made in code.
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return
    for (const [key, item] of Object.entries(value)) look(item, `${setting}.${key}`, Array.isArray(value) ? name : key)
  }
  for (const [name, value] of Object.entries({ servings, storages, vectorStores })) look(value, name, name)
  for (const plugin of plugins) if (Array.isArray(plugin)) look(plugin[1], `the options of ${plugin[0]}`, '')
  return found
}
