import { isSecretName } from '../builtin/secret-redactor.js'
import { isEnvironmentValue } from '../contracts/config.js'
import { fewestCharacters, passwordIn, secretParameter } from './plain-secrets.js'
import type { ResolvedConfig } from './resolved-config.js'

/**
 * The secrets that the config names, also those that no pipeline uses: any step can read them from the environment. Of
 * the variables, a secret is one whose name or setting says so, or whose value is an address with a password.
 */
export function configuredSecrets(
  config: ResolvedConfig,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const found: string[] = []
  const look = (value: unknown, name: string): void => {
    if (isEnvironmentValue(value)) {
      const text = environment[value.name]
      if (text === undefined) return
      if (isSecretName(name) || isSecretName(value.name) || passwordIn(text) !== undefined) found.push(text)
    } else if (typeof value === 'string') {
      if (isSecretName(name) && value.length >= fewestCharacters) found.push(value)
    } else if (Array.isArray(value)) {
      for (const item of value) look(item, name)
    } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      for (const [key, item] of Object.entries(value)) {
        // The parameters of an address.
        if (name === 'query' && typeof item === 'string' && secretParameter.test(key)) found.push(item)
        else look(item, key)
      }
    }
  }
  const { servings, storages, vectorStores, cache, limits, executor, tableEngine, plugins } = config
  for (const part of [servings, storages, vectorStores, cache, limits, executor, tableEngine]) look(part, '')
  for (const plugin of plugins) if (Array.isArray(plugin)) look(plugin[1], '')
  return found
}
