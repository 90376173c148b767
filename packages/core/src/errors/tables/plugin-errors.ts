import { list, meant, type Unknown } from './known-names.js'

export interface MissingPlugin {
  readonly name: string
  readonly from: string
  readonly suggestion?: string | undefined
  /** Whether the suggestion is not installed either. */
  readonly missing?: boolean
  /** Whether the name is that of an official plugin. */
  readonly known?: boolean
}

/** A name that may be misspelt never stands in a command that installs a package. */
function hintOfMissingPlugin({ name, suggestion, missing = false, known = false }: MissingPlugin): string {
  if (/^(\.|\/)/.test(name)) return 'Check the path; it is relative to the config file.'
  if (known) return `Install it: npm install ${name}`
  if (suggestion !== undefined)
    return `${meant(suggestion)}Correct the name in \`plugins\`${missing ? `, and install it: npm install ${suggestion}` : ''}.`
  return 'Check the name: it is neither installed nor the name of an official plugin. `maestro plugin add` installs a plugin and shows what it asks for.'
}

/** The errors of plugins, the container, and the registry. */
export const pluginErrors = {
  MAESTRO_PLUGIN_NOT_FOUND: {
    message: (d: MissingPlugin) => `The plugin ${d.name} was not found from ${d.from}.`,
    hint: hintOfMissingPlugin,
  },
  MAESTRO_PLUGIN_MANIFEST_MISSING: {
    message: (d: { plugin: string; path: string }) => `The plugin ${d.plugin} has no manifest in ${d.path}.`,
    hint: ({ plugin }: { plugin: string }) =>
      `If ${plugin} is a package of somebody else, it is not a plugin: remove it from \`plugins\` if it is there, and import it in your own code. If it is yours, write the field "maestro" of its package.json with \`maestro plugin check --write\`, in its folder.`,
  },
  MAESTRO_PLUGIN_MANIFEST_INVALID: {
    message: (d: { plugin: string; issues: readonly string[] }) =>
      `The manifest of plugin ${d.plugin} is not valid: ${d.issues.join('; ')}.`,
    hint: () => 'The manifest is described in docs/plugins.md.',
  },
  MAESTRO_PLUGIN_API_VERSION: {
    message: (d: { plugin: string; found: unknown; supported: number }) =>
      `The plugin ${d.plugin} is made for apiVersion ${String(d.found)}; this version knows ${d.supported}.`,
    hint: () => 'Install a matching version of the plugin, or another version of @maestro-dataflow/core.',
  },
  MAESTRO_PLUGIN_LOAD: {
    message: (d: { plugin: string; reason: string; otherVersion?: string | undefined }) =>
      `The plugin ${d.plugin} could not be loaded: ${d.reason}`,
    hint: (d: { plugin: string; reason: string; otherVersion?: string | undefined }) =>
      d.otherVersion === undefined
        ? 'The error is in the plugin or in what it imports.'
        : `${d.otherVersion} Install a version of the plugin that fits, or another version of core.`,
  },
  MAESTRO_PLUGIN_NOT_A_PLUGIN: {
    message: (d: { plugin: string }) => `The default export of ${d.plugin} is not a plugin.`,
    hint: () => 'Export one: export default definePlugin({ name, apply })',
  },
  MAESTRO_PLUGIN_OPTIONS: {
    message: (d: { plugin: string; issues: readonly string[] }) =>
      `The options of plugin ${d.plugin} are not valid: ${d.issues.join('; ')}.`,
    hint: () => "Options are given as ['name', { ... }] in `plugins`.",
  },
  MAESTRO_PLUGIN_APPLY: {
    message: (d: { plugin: string; reason: string }) =>
      `The plugin ${d.plugin} threw while it registered its parts: ${d.reason}`,
    hint: () => 'The error is in the plugin.',
  },
  MAESTRO_PLUGIN_REQUIRES_MISSING: {
    message: (d: { plugin: string; requires: string }) =>
      `The plugin ${d.plugin} needs the plugin ${d.requires}, which is not in the config.`,
    hint: (d: { plugin: string; requires: string }) => `Add '${d.requires}' to \`plugins\`.`,
  },
  MAESTRO_PLUGIN_REQUIRES_CYCLE: {
    message: (d: { plugins: readonly string[] }) => `The plugins ${d.plugins.join(' -> ')} require each other.`,
    hint: () => 'One of them must not require the other.',
  },
  MAESTRO_PLUGIN_DUPLICATE: {
    message: (d: { plugin: string }) => `The plugin ${d.plugin} is in the config twice.`,
    hint: () => 'Keep one of the two entries.',
  },
  MAESTRO_PLUGIN_MANIFEST_MISMATCH: {
    message: (d: { plugin: string; missing: readonly string[]; extra: readonly string[] }) =>
      `The plugin ${d.plugin} does not register what its manifest says: missing ${list(d.missing)}; not in the manifest ${list(d.extra)}.`,
    hint: () => 'Make `contributes` and `apply` agree.',
  },

  MAESTRO_PLUGIN_PERMISSIONS: {
    message: (d: { plugin: string; changes: readonly string[] }) =>
      `The plugin ${d.plugin} has changed since you accepted it. It now asks for: ${d.changes.join(', ')}.`,
    hint: (d: { plugin: string; changes: readonly string[] }) =>
      `Nothing of it was run. If this is right, accept it with \`maestro plugin allow ${d.plugin}\`, and commit maestro.lock.json. Otherwise, install the version that you had.`,
  },
  MAESTRO_PLUGIN_LOCK: {
    message: (d: { path: string; reason: string }) => `${d.path} cannot be read: ${d.reason}`,
    hint: () => 'Restore the file, or delete it and accept the plugins again with `maestro plugin allow`.',
  },
  MAESTRO_PLUGIN_NOT_ISOLABLE: {
    message: (d: { plugin: string; reasons: readonly string[] }) =>
      `The permissions of the plugin ${d.plugin} cannot be enforced: ${d.reasons.join('; ')}.`,
    hint: (d: { plugin: string; reasons: readonly string[] }) =>
      `Only a package that contributes nothing but operators on rows, with options that are data, can run in a process of its own. If you trust the plugin, remove ${d.plugin} from \`permissions\` in the config.`,
  },
  MAESTRO_PLUGIN_DENIED: {
    message: (d: { plugin: string; deed: string }) =>
      `The plugin ${d.plugin} tried to ${d.deed}, which its permissions do not allow.`,
    hint: (d: { plugin: string; deed: string }) =>
      `Its permissions are enforced. If its manifest asks for this, accept it with \`maestro plugin allow ${d.plugin}\`. If you trust the plugin, remove it from \`permissions\` in the config.`,
  },
  MAESTRO_PLUGIN_CREATE: {
    message: (d: { plugin: string; operator: string; reason: string }) =>
      `The plugin ${d.plugin} could not create the operator ${d.operator}: ${d.reason}`,
    hint: () => 'Correct the options of the step, or report the error to the author of the plugin.',
    stopsRun: true,
  },
  MAESTRO_PLUGIN_ENDED: {
    message: (d: { plugin: string; how: string }) =>
      `The process of the plugin ${d.plugin} has ended during its work (${d.how}).`,
    hint: () =>
      'Its own messages are above, on standard error. Run the pipeline again; if the process ends again, report it to the author of the plugin.',
    stopsRun: true,
  },
  MAESTRO_PLUGIN_TAP: {
    message: (d: { plugin: string; reason: string }) =>
      `The plugin ${d.plugin} threw while it observed the run: ${d.reason}`,
    hint: () => 'The error is in the plugin; remove it from `plugins` to run without it.',
  },
  MAESTRO_PLUGIN_DISPOSAL: {
    message: (d: { what: string; reason: string }) => `${d.what} could not be disposed of: ${d.reason}.`,
    hint: () =>
      'What the run wrote is complete. Report this to the author of the plugin: `dispose` frees what a component holds, and ends within a few seconds.',
  },
  MAESTRO_PLUGIN_CRITICAL_TAP: {
    message: (d: { plugin: string; reason: string }) =>
      `The plugin ${d.plugin}, without which no run goes on, failed while it observed the run: ${d.reason}`,
    hint: () => 'The error is in the plugin. To run without it, remove it from `plugins`.',
    stopsRun: true,
  },
  MAESTRO_CONTAINER_UNKNOWN_TOKEN: {
    message: (d: { token: string; by?: string | undefined; ofRun?: boolean }) =>
      `${d.by === undefined ? '' : `${d.by} needs a value: `}The token ${d.token} has no value${d.ofRun === true ? ' here' : ''}.`,
    hint: (d: { token: string; ofRun?: boolean }) =>
      d.ofRun === true
        ? "The value lives for one run, so a value that lives as long as the project cannot hold it. Give the provider that needs it `scope: 'run'` too."
        : 'Add the plugin that provides it to `plugins`, or provide it: `provides: [provide(TOKEN, () => value)]`.',
  },
  MAESTRO_CONTAINER_CYCLE: {
    message: (d: { tokens: readonly string[] }) =>
      `These tokens depend on each other in a circle: ${d.tokens.join(' -> ')}.`,
    hint: () => 'Remove one of them from the `inject` of another.',
  },
  MAESTRO_CONTAINER_TOKEN_TAKEN: {
    message: (d: { token: string; first: string; second: string }) =>
      d.first === d.second
        ? `${d.first} provides two values for the token ${d.token}.`
        : `Both ${d.first} and ${d.second} provide a value for the token ${d.token}.`,
    hint: () => "Name the token after your plugin, such as createToken('acme.pool').",
  },
  MAESTRO_REGISTRY_DUPLICATE: {
    message: (d: { kind: string; name: string; first: string; second: string }) =>
      `Both ${d.first} and ${d.second} contribute ${d.kind} "${d.name}".`,
    hint: () => 'Remove one of the two plugins, or rename its contribution.',
  },
  MAESTRO_REGISTRY_UNKNOWN: {
    message: (d: Unknown & { kind: string; where: string; plugin?: string | undefined }) =>
      `${d.where}: there is no ${d.kind} "${d.name}".`,
    hint: (d: Unknown & { kind: string; where: string; plugin?: string | undefined }) =>
      d.plugin === undefined
        ? `${meant(d.suggestion)}Known: ${list(d.known)}.`
        : `It is in ${d.plugin}: npm install ${d.plugin} and add it to \`plugins\`, or run \`maestro plugin add ${d.plugin}\`.`,
  },
  MAESTRO_REGISTRY_SEALED: {
    message: (d: { kind: string; name: string }) => `${d.kind} "${d.name}" was added after the registry was sealed.`,
    hint: () => 'Add contributions inside the tap, not later.',
  },
} as const
