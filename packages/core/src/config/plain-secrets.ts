import { isSecretName } from '../builtin/secret-redactor.js'
import { isEnvironmentValue } from '../contracts/config.js'
import type { ResolvedConfig } from './resolved-config.js'

/** Shorter values are what servers without keys receive, such as `none`. */
export const fewestCharacters = 8

/** Parameters of addresses that hold a secret, in addition to those whose name says so. */
export const secretParameter = /^(key|sig|signature|code|pwd|auth|x-amz-signature|x-goog-signature)$/i

/**
 * The password in an address, such as `postgres://user:password@host/database`, or the secret in one of its parameters,
 * such as `https://host/v1?sig=secret`.
 */
export function passwordIn(text: string): string | undefined {
  const [address = '', query = ''] = text.split('#')[0]?.split(/\?(.*)/s) ?? []
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@:]*:([^/?#\s@]+)@/i.exec(address)?.[1]
  if (password !== undefined || !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return password
  const parameters = [...new URLSearchParams(query)]
  return parameters.find(([name, value]) => value !== '' && (secretParameter.test(name) || isSecretName(name)))?.[1]
}

/** A password is one however short it is; a key without a meaning is short. */
const isPasswordName = (name: string): boolean => /passw(or)?d$|passphrase$/i.test(name)

/**
 * Finds the settings that hold a key, password, or token in plain text, or within an address, where everybody who sees
 * the config sees it. Values that the config reads from the environment do not count.
 */
export function plainSecrets(
  { servings, storages, vectorStores, plugins }: ResolvedConfig,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const fromEnvironment = Object.values(environment).filter((value = '') => value.length >= fewestCharacters)
  const isOwn = (value: string) => value !== '' && !fromEnvironment.some((known = '') => value.includes(known))
  const isPlain = (value: string) => value.length >= fewestCharacters && isOwn(value)
  const found: string[] = []
  const look = (value: unknown, setting: string, name: string): void => {
    if (typeof value === 'string') {
      const password = passwordIn(value)
      const isPassword = password !== undefined && isOwn(value)
      const isNamed = isSecretName(name) && (isPlain(value) || (isPasswordName(name) && isOwn(value)))
      if (isPassword || isNamed) found.push(setting)
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
