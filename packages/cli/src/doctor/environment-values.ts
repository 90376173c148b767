import { isEnvironmentValue } from '@maestro-dataflow/core'

function variablesIn(value: unknown): readonly { readonly name: string; readonly fallback: string | undefined }[] {
  if (isEnvironmentValue(value)) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(variablesIn)
}

/** The names of variables that are not set and have no default. */
export function unsetVariables(options: unknown): readonly string[] {
  return variablesIn(options)
    .filter(({ name, fallback }) => (process.env[name] ?? fallback) === undefined)
    .map(({ name }) => name)
}

/** The text without any value from the environment. */
export function withoutValues(text: string, options: unknown): string {
  return variablesIn(options).reduce((left, variable) => {
    const value = process.env[variable.name] ?? variable.fallback ?? ''
    return value === '' ? left : left.replaceAll(value, `the value of ${variable.name}`)
  }, text)
}

/** The options with the values from the environment filled in. */
export function withEnvironment(value: unknown): unknown {
  if (isEnvironmentValue(value)) return process.env[value.name] ?? value.fallback
  if (Array.isArray(value)) return value.map(withEnvironment)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withEnvironment(item)]))
}
