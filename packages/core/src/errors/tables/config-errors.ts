import { meant } from './known-names.js'

export interface MissingModule {
  readonly path: string
  readonly name: string
  /** Whether package.json names it. */
  readonly declared: boolean
  readonly suggestion?: string | undefined
}

/** The errors of the config and the modules that it names. */
export const configErrors = {
  MAESTRO_CONFIG_NOT_FOUND: {
    message: (d: { directory: string }) => `No maestro.config file was found in ${d.directory} or above it.`,
    hint: () => 'Run `npx maestro-dataflow init` to create a project, or name a file with --config.',
  },
  MAESTRO_CONFIG_LOAD: {
    message: (d: { path: string; reason: string }) => `The config ${d.path} could not be loaded: ${d.reason}`,
    hint: () =>
      'Fix the file. In a TypeScript config, imports of other .ts files end in .ts and decorators are not possible.',
  },
  MAESTRO_CONFIG_INVALID: {
    message: (d: { path: string; issues: readonly string[] }) =>
      `The config ${d.path} is not valid:\n${d.issues.map((issue) => `  - ${issue}`).join('\n')}`,
    hint: () => 'Every setting is described in docs/config.md.',
  },
  MAESTRO_MODULE_COMMONJS: {
    message: (d: { path: string; manifest: string }) =>
      `${d.path} uses \`import\`, but Node.js reads it as CommonJS because of ${d.manifest}.`,
    hint: (d: { path: string; manifest: string }) =>
      `Set "type": "module" in ${d.manifest}, or let the name of the file end in .mts or .mjs.`,
  },
  MAESTRO_MODULE_MISSING: {
    message: (d: MissingModule) => `${d.path} imports ${d.name}, which is not installed.`,
    hint: (d: MissingModule) => (d.declared ? 'Run: npm install' : meant(d.suggestion) || `Run: npm install ${d.name}`),
  },
  MAESTRO_CONFIG_UNBOUNDED: {
    message: (d: { path: string; reason: string }) => `${d.path} is too large for a config or a pipeline: ${d.reason}.`,
    hint: () => 'Write out what the aliases stand for, and use fewer of them.',
  },
  MAESTRO_CONFIG_UNTRUSTED: {
    message: (d: { path: string; reason: string }) => `The config ${d.path} was not read: ${d.reason}.`,
    hint: (d: { path: string; reason: string }) =>
      `A config runs code as you. If you trust it, name it with --config ${d.path}; otherwise work in another folder, or restrict who may write there.`,
  },
  MAESTRO_CONFIG_FILE_UNTRUSTED: {
    message: (d: { path: string; reason: string }) => `${d.path}, which the config names, was not loaded: ${d.reason}.`,
    hint: () => 'It would run as you. Restrict who may write there (chmod o-w), or copy the file into your project.',
  },
  MAESTRO_CONFIG_ENV_MISSING: {
    message: (d: { name: string; setting: string }) =>
      `The environment variable ${d.name}, which ${d.setting} needs, is not set.`,
    hint: (d: { name: string; setting: string }) => `Set it, for example: export ${d.name}=...`,
  },
} as const
