import { basename } from 'node:path'
import { createError } from '../errors.js'

/** The names of a plugin in their forms. */
export interface PluginNames {
  /** The name of the package, such as `maestro-plugin-my-weather`. */
  readonly packageName: string
  /** Begins the names of contributions: `my-weather`. */
  readonly prefix: string
  /** Begins the names of classes: `MyWeather`. */
  readonly pascal: string
  /** Begins the codes of errors and the names of variables: `MY_WEATHER`. */
  readonly constant: string
}

const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z][a-z0-9-]*$/

/**
 * The names of the plugin in a folder. A folder `weather` becomes the package `maestro-plugin-weather`, by which npm's
 * search finds it; a name that says "plugin" already stays, and so does one with a scope.
 *
 * @throws MAESTRO_CREATE_NAME
 */
export function pluginNames(given: string): PluginNames {
  const scoped = /@[^/\\]+[/\\][^/\\]+$/.exec(given)?.[0].replace('\\', '/')
  const name = scoped ?? basename(given)
  if (!packageName.test(name)) throw createError('MAESTRO_CREATE_NAME', { name })
  const bare = name.split('/').at(-1) ?? name
  const prefix = bare.replace(/^(maestro-)?(plugin-)?/, '')
  if (!/^[a-z]/.test(prefix)) throw createError('MAESTRO_CREATE_NAME', { name })
  const words = prefix.split('-').filter((word) => word !== '')
  return {
    packageName: name.startsWith('@') || /(^|-)plugin(-|$)/.test(name) ? name : `maestro-plugin-${name}`,
    prefix,
    pascal: words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join(''),
    constant: words.join('_').toUpperCase(),
  }
}

/** Fills the names into a text of a template, in which the plugin is called `acme`. */
export function named(text: string, { packageName, prefix, pascal, constant }: PluginNames): string {
  const forms: Readonly<Record<string, string>> = {
    'maestro-plugin-acme': packageName,
    acme: prefix,
    Acme: pascal,
    ACME: constant,
  }
  return text.replaceAll(/maestro-plugin-acme|acme|Acme|ACME/g, (form) => forms[form] ?? form)
}
