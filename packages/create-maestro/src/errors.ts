import { defineErrors } from '@maestro-dataflow/core'

/** The errors of `npm create maestro`. */
export const createErrors = {
  MAESTRO_CREATE_USAGE: {
    message: (d: { reason: string }) => d.reason,
    hint: () => 'See npm create maestro@latest -- --help.',
  },
  MAESTRO_CREATE_CHOICE: {
    message: (_: { templates: readonly string[]; plugins: readonly string[] }) =>
      'Without a terminal, an option must say what to make.',
    hint: (d: { templates: readonly string[]; plugins: readonly string[] }) =>
      `Add --template ${d.templates.join('|')} for a project, or --plugin ${d.plugins.join('|')} for a plugin.`,
  },
  MAESTRO_CREATE_NAME: {
    message: (d: { name: string }) => `"${d.name}" cannot be the name of a package.`,
    hint: () =>
      'Choose lower-case letters, digits, and hyphens, such as maestro-plugin-weather or @acme/plugin-weather.',
  },
  MAESTRO_CREATE_FOLDER: {
    message: (d: { directory: string; reason: string }) => `No plugin can be made in ${d.directory}: ${d.reason}`,
    hint: () => 'Name a new folder, or an empty one that you may write to.',
  },
} as const

export const createError = defineErrors(createErrors)

/** Errors that the user fixes by changing the command line. */
export const wrongUse: ReadonlySet<string> = new Set([
  'MAESTRO_CREATE_USAGE',
  'MAESTRO_CREATE_CHOICE',
  'MAESTRO_CREATE_NAME',
  'MAESTRO_CREATE_FOLDER',
])
