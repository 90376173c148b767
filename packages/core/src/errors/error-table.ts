import { defineErrors } from './define-errors.js'
import type { RateLimits } from './rate-limits.js'
import type { Usage } from './usage.js'

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))
const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `Did you mean "${suggestion}"? `

/** A fault in the definition of a part of a plugin. */
interface Definition {
  readonly what: string
  readonly fault: string
  readonly page: string
  readonly property?: string
  readonly known?: readonly string[]
  readonly suggestion?: string | undefined
}

interface Unknown {
  readonly name: string
  readonly known: readonly string[]
  readonly suggestion?: string | undefined
}

interface MissingModule {
  readonly path: string
  readonly name: string
  /** Whether package.json names it. */
  readonly declared: boolean
  readonly suggestion?: string | undefined
}

interface MissingPlugin {
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

/** The answer of a provider. */
interface ProviderAnswer {
  readonly serving: string
  /** Its message, or what went wrong on the way. */
  readonly reason: string
  /** The HTTP status. */
  readonly status?: number | undefined
  /** The provider's own code or type. */
  readonly code?: string | undefined
  readonly rateLimits?: RateLimits | undefined
  /** The usage of the call, although its answer is unusable. */
  readonly usage?: Usage | undefined
}

const amount = (unit: 'usd' | 'tokens' | 'requests', value: number): string => {
  if (unit === 'usd') return `$${value.toFixed(value > 0 && value < 0.01 ? 6 : 2)}`
  return `${value} ${value === 1 ? unit.slice(0, -1) : unit}`
}

/** Every error of core, in the order of the hops. Codes are never reused. */
export const coreErrors = {
  // 1 config
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

  // 2 pipeline
  MAESTRO_PIPELINE_UNKNOWN: {
    message: (d: Unknown) =>
      /[./\\]/.test(d.name)
        ? `There is no file "${d.name}", and no pipeline of that name.`
        : `There is no pipeline "${d.name}".`,
    hint: (d: Unknown) => `${meant(d.suggestion)}Known: ${list(d.known)}. A path to a pipeline file works too.`,
  },
  MAESTRO_PIPELINE_AMBIGUOUS: {
    message: (d: { name: string; files: readonly string[] }) =>
      `Several files define the pipeline "${d.name}": ${d.files.join(', ')}.`,
    hint: () => 'Rename one of them, or give the path of the one that you mean.',
  },
  MAESTRO_PIPELINE_LOAD: {
    message: (d: { path: string; reason: string }) => `The pipeline file ${d.path} could not be loaded: ${d.reason}`,
    hint: () => 'Fix the file. A pipeline module has a pipeline as its default export.',
  },
  MAESTRO_PIPELINE_NOT_A_PIPELINE: {
    message: (d: { path: string; found: string }) =>
      `The default export of ${d.path} is not a pipeline but ${d.found}.`,
    hint: () => "Export one: export default pipeline('name').read(...)...write(...)",
  },
  MAESTRO_PIPELINE_MALFORMED: {
    message: (d: { pipeline: string; issues: readonly string[] }) =>
      `The definition of pipeline ${d.pipeline} is not valid:\n${d.issues.map((issue) => `  - ${issue}`).join('\n')}`,
    hint: () => 'The form of a pipeline as data is described in docs/pipelines.md.',
  },
  MAESTRO_PIPELINE_PARAMS: {
    message: (d: { pipeline: string; issues: readonly string[] }) =>
      `The parameters of pipeline ${d.pipeline} are not valid:\n${d.issues.map((issue) => `  - ${issue}`).join('\n')}`,
    hint: () => 'Set parameters with --set name=value.',
  },
  MAESTRO_PIPELINE_INVALID: {
    message: (d: { pipeline: string; faults: readonly string[] }) =>
      `Pipeline ${d.pipeline} has ${d.faults.length} ${d.faults.length === 1 ? 'fault' : 'faults'}; nothing was run:\n${d.faults.map((fault) => `  - ${fault.replaceAll('\n', '\n    ')}`).join('\n')}`,
    hint: () => 'Each line names the step, what was expected, and what to do.',
  },
  MAESTRO_PIPELINE_NO_SOURCE: {
    message: (d: { pipeline: string }) => `Pipeline ${d.pipeline} has no source.`,
    hint: () => "Begin it with .read('fs.file', { path }) or .from(rows).",
  },
  MAESTRO_PIPELINE_NO_SINK: {
    message: (d: { pipeline: string }) => `Pipeline ${d.pipeline} writes nowhere.`,
    hint: () =>
      "End it with .write('fs.file', { path }), or read its rows in code with maestro().rows(pipeline). Only a pipeline with a step that writes elsewhere, such as ai.index, needs no sink.",
  },
  MAESTRO_PIPELINE_CONCURRENCY: {
    message: (d: { step: string; concurrency: number }) =>
      `\`concurrency\` of ${d.step} is ${d.concurrency}; a whole number from 1 is expected.`,
    hint: () => 'Set how many calls of the step may be in progress at once, or leave it out.',
  },
  MAESTRO_PIPELINE_WHERE: {
    message: (d: { step: string; reason: string }) => `\`where\` of ${d.step} cannot be used: ${d.reason}.`,
    hint: () =>
      "Give columns with values or bounds, where: { language: 'en', score: { min: 3 } }, or a function of the row in code.",
  },
  MAESTRO_STEP_WHERE: {
    message: (d: { column: string; value: string; bound: string }) =>
      `"${d.column}" is ${d.value}, which \`where\` compares with ${d.bound}.`,
    hint: () => 'Give the column one type before, such as by table.cast or the option columns of the source.',
  },
  MAESTRO_PIPELINE_SAME_OUTPUT: {
    message: (d: { sink: string; other: string; target: string }) =>
      `${d.sink} and ${d.other} both write to ${d.target}.`,
    hint: () => 'Give each sink a path or table of its own, or remove one of them.',
  },
  MAESTRO_PIPELINE_PARTITION_SINKS: {
    message: (d: { sink: string; other: string }) =>
      `${d.sink} and ${d.other} both commit each partition in a transaction of their own, so a crash could come between the two.`,
    hint: () =>
      'Let only one sink of the pipeline do so, and write the other in one transaction or in a pipeline of its own.',
  },
  MAESTRO_PIPELINE_CYCLE: {
    message: (d: { steps: readonly string[] }) => `The steps ${d.steps.join(' -> ')} wait for each other.`,
    hint: () => 'Let each step follow the source or an earlier step.',
  },
  MAESTRO_PIPELINE_STEP_UNKNOWN: {
    message: (d: Unknown & { step: string }) => `${d.step} follows "${d.name}", which is not a step.`,
    hint: (d: Unknown & { step: string }) => `${meant(d.suggestion)}Known: ${list(d.known)}.`,
  },
  MAESTRO_PIPELINE_STEP_DUPLICATE: {
    message: (d: { step: string }) => `Two steps have the id "${d.step}".`,
    hint: () => 'Give each step a different id.',
  },
  MAESTRO_PIPELINE_OPTIONS: {
    message: (d: { use: string; issues: readonly string[] }) =>
      `${d.use}: the options are not valid: ${d.issues.join('; ')}.`,
    hint: (d: { use: string; issues: readonly string[] }) =>
      `\`maestro plugins ${d.use}\` shows the options of ${d.use}.`,
  },
  MAESTRO_PIPELINE_OPTION_UNKNOWN: {
    message: (d: Unknown & { use: string }) => `${d.use}: there is no option "${d.name}".`,
    hint: (d: Unknown & { use: string }) => `${meant(d.suggestion)}Known: ${list(d.known)}.`,
  },
  MAESTRO_PIPELINE_COLUMN_UNKNOWN: {
    message: (d: Unknown & { use: string }) => `${d.use}: there is no column "${d.name}" here.`,
    hint: (d: Unknown & { use: string }) => `${meant(d.suggestion)}Columns at this point: ${list(d.known)}.`,
  },
  MAESTRO_PIPELINE_PROMPT_VARIABLE: {
    message: (d: Unknown & { use: string }) =>
      `${d.use}: the prompt needs "${d.name}", but there is no such column here.`,
    hint: (d: Unknown & { use: string }) =>
      `${meant(d.suggestion)}It may name: ${list(d.known)}. A literal {{ is written \\{{.`,
  },
  MAESTRO_PIPELINE_CAPABILITY: {
    message: (d: { use: string; serving: string; capability: string }) =>
      `${d.use}: the serving "${d.serving}" does not support ${d.capability}.`,
    hint: () => 'Name another serving in the option `serving`.',
  },
  MAESTRO_PIPELINE_TABLE_ENGINE: {
    message: (d: { use: string }) => `${d.use}: no table engine is configured.`,
    hint: () => "Add '@maestro-dataflow/plugin-table' to `plugins`. It contains one.",
  },
  MAESTRO_PIPELINE_NOT_READABLE: {
    message: (d: { use: string; side: 'read' | 'written' }) => `${d.use} cannot be ${d.side}.`,
    hint: () => 'See `maestro plugins` for the storages that can.',
  },

  // 3, 4 plugins
  MAESTRO_PLUGIN_NOT_FOUND: {
    message: (d: MissingPlugin) => `The plugin ${d.name} was not found from ${d.from}.`,
    hint: hintOfMissingPlugin,
  },
  MAESTRO_PLUGIN_MANIFEST_MISSING: {
    message: (d: { plugin: string; path: string }) => `The plugin ${d.plugin} has no manifest in ${d.path}.`,
    hint: () =>
      'Write the field "maestro" of package.json with `maestro plugin check --write`, in the folder of the package.',
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

  // 5, 6 container, registry
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

  // 8 run
  MAESTRO_RUN_ABORTED: {
    message: () => 'The run was stopped before it finished. Its outputs were not changed.',
    hint: () => 'Continue it with `maestro resume`: finished stages and answers are kept. Or start a new run.',
  },
  MAESTRO_RUN_OUTPUT_EXISTS: {
    message: (d: { path: string; appeared?: boolean }) =>
      d.appeared === true
        ? `${d.path} exists now: another process or run wrote it while this one was running.`
        : `${d.path} exists already.`,
    hint: () => "Use --overwrite, set the sink's `mode` to 'overwrite', or choose another path.",
  },
  MAESTRO_RUN_OUTPUT_UNWRITABLE: {
    message: (d: { path: string; reason: string }) => `${d.path} cannot be written: ${d.reason}`,
    hint: () => 'Check the folder, its permissions, and the free space.',
  },
  MAESTRO_RUN_OUTPUT_EMPTIED: {
    message: (d: { sinks: readonly string[]; rowsIn: number }) =>
      `${d.rowsIn} ${d.rowsIn === 1 ? 'row was' : 'rows were'} read, and none reached ${list(d.sinks)}, whose output already holds rows. The outputs were not changed.`,
    hint: () =>
      'Look for the step that loses the rows: `maestro preview` shows what each step does. If an empty output is right, add --allow-empty, or set `run: { allowEmpty: true }` in the config.',
  },
  MAESTRO_RUN_INPUT_REPLACED: {
    message: (d: { outputs: readonly string[]; rejects: number }) =>
      `The run would replace its own input, ${list(d.outputs)}, and lose the ${d.rejects === 1 ? 'row' : `${d.rejects} rows`} that it rejected. Nothing was changed.`,
    hint: () => 'Write to another path, or correct the rows: `maestro rejects` lists them with their reasons.',
  },
  MAESTRO_RUN_TOO_MANY_REJECTS: {
    message: (d: { rejects: number; limit: string; last: string }) =>
      `The run rejected ${d.rejects} rows; the limit is ${d.limit}. The last reason: ${d.last}`,
    hint: () =>
      "Fix the cause; rejects.jsonl in the run folder lists the rows. If you accept so many rejected rows, set `run: { maxRejects }` in the config, for example to '50%'. Existing outputs were not changed.",
  },
  MAESTRO_RUN_ALL_FAILED: {
    message: (d: { step: string; rows: number; reason: string }) =>
      d.rows === 1
        ? `The only row failed in ${d.step}: ${d.reason}`
        : `Every one of the first ${d.rows} rows failed in ${d.step}: ${d.reason}`,
    hint: (d: { step: string; rows: number; reason: string }) =>
      d.rows === 1
        ? 'The cause is in the row or in the step. Correct it, and run the pipeline again.'
        : 'The cause is probably in the step and not in the rows. Fix it and run the pipeline again.',
  },
  MAESTRO_RUN_COUNTS: {
    message: (d: { step: string; counts: string }) => `The rows of ${d.step} do not add up: ${d.counts}.`,
    hint: () => 'A plugin loses or invents rows: an operator, a table engine, or the framework. Please report it.',
  },
  MAESTRO_RUN_SINK_COUNT: {
    message: (d: { sink: string; use: string; handed: number; said: string }) =>
      `The sink ${d.sink} (${d.use}) was given ${d.handed} rows, and ${d.said}.`,
    hint: () =>
      'The sink loses rows or counts them wrongly. Do not rely on its output, and report this to the author of its plugin. The outputs that were not committed before it are unchanged.',
  },
  MAESTRO_SINK_CONTRACT: {
    message: (d: { sink: string; use: string; fault: string }) => `The sink ${d.sink} (${d.use}) ${d.fault}.`,
    hint: () =>
      'The sink breaks its contract, so its output cannot be relied on. Report this to the author of its plugin; docs/checks.md lists the rules.',
    stopsRun: true,
  },
  MAESTRO_SOURCE_CONTRACT: {
    message: (d: { use: string; fault: string; column?: string }) => `The source ${d.use} ${d.fault}.`,
    hint: () =>
      'The source breaks its contract, so its rows cannot be relied on. Report this to the author of its plugin; docs/checks.md lists the rules.',
    stopsRun: true,
  },
  MAESTRO_RUN_EXECUTOR: {
    message: (d: { executor: string; fault: string }) => `The executor ${d.executor} ${d.fault}.`,
    hint: () =>
      "An executor calls `run` once for each partition and waits for its promise. Report this to the author of its plugin; until it is fixed, set `executor: { use: 'local' }`.",
  },
  MAESTRO_WORKER_CRASHED: {
    message: (d: { steps: readonly string[]; ids: readonly string[]; reason: string }) =>
      `A worker ended twice while it ran the steps ${list(d.steps)} with ${d.ids.length === 1 ? `the row ${d.ids[0]}` : `${d.ids.length} rows`}: ${d.reason}.`,
    hint: () =>
      'The details name the rows. If the memory was not enough, give the workers more, with `memory` of the executor; a step must not end the process.',
  },
  MAESTRO_WORKER_START: {
    message: (d: { reason: string }) => `A worker could not start: ${d.reason}.`,
    hint: () =>
      'A worker opens the config and the pipeline again. Code at the top level of their modules runs there too, and must work there.',
  },
  MAESTRO_WORKER_OTHER_PLAN: {
    message: (d: { pipeline: string; changed: readonly string[] }) =>
      `The worker finds other steps in the pipeline ${d.pipeline} than the run: ${list(d.changed)}.`,
    hint: () =>
      'A worker opens the pipeline from its file. It needs the same project, the same versions, and the same environment as the run.',
  },
  MAESTRO_EXECUTOR_WORKERS: {
    message: (d: { executor: string; planned: boolean | undefined; created: boolean | undefined }) =>
      `The executor ${d.executor} has ${aboutWorkers(d.created)}, but its definition says ${aboutWorkers(d.planned)}.`,
    hint: () =>
      'Set `workers: { asksServings }` in `defineExecutor` as its executors have it: plans are made from that.',
  },
  MAESTRO_WORKER_EXECUTOR: {
    message: (d: { executor: string }) => `The executor ${d.executor} has no workers that are started by hand.`,
    hint: () =>
      "Name one in the config, such as executor: { use: 'bullmq.queue', url: env('REDIS_URL') } of @maestro-dataflow/plugin-bullmq.",
  },
  MAESTRO_RUN_DUPLICATE_ID: {
    message: (d: { value: string }) => `Two rows have the same id ${d.value}.`,
    hint: () =>
      'The first was kept. An id is the value of the key, if the source has one: choose a key that is unique, or none.',
  },
  MAESTRO_RUN_ROWS_SPENT: {
    message: () =>
      'The rows in code come from a generator or stream, which yields them only once, and they were already read.',
    hint: () => 'Give a function that creates them, as in .from(() => rows()), or an array.',
  },
  MAESTRO_RUN_UNKNOWN: {
    message: (d: { run: string; known: readonly string[] }) =>
      d.known.length === 0 ? 'There is no run.' : `There is no run ${d.run}.`,
    hint: (d: { known: readonly string[] }) =>
      d.known.length === 0
        ? 'No run folder is kept yet. Run a pipeline with `maestro run NAME` first.'
        : `Give the id of a run, a part of it, or the name of a pipeline. The newest runs are ${d.known.join(', ')}.`,
  },
  MAESTRO_RUN_ROW_UNKNOWN: {
    message: (d: { row: string; run: string }) => `The ledger of the run ${d.run} does not name the row ${d.row}.`,
    hint: () =>
      'Give the whole id of the row: the value of its key or, without a key, the file and the line, as in data.csv:12. Rows of a run that was killed may be missing, and so are rows that a table step read from the file itself and passed on.',
  },
  MAESTRO_RUN_STEP_UNKNOWN: {
    message: (d: { step: string; run: string; steps: readonly string[] }) => `The run ${d.run} has no step ${d.step}.`,
    hint: (d: { steps: readonly string[] }) => `Its steps are ${d.steps.join(', ')}.`,
  },
  MAESTRO_RUN_STATE: {
    message: (d: { path: string; reason: string }) => `The run folder ${d.path} cannot be used: ${d.reason}`,
    hint: () => 'Check its permissions and the free space, or set `stateDirectory` in the config.',
    stopsRun: true,
  },
  MAESTRO_RUN_HELD: {
    message: (d: { run: string; host?: string | undefined; pid?: number | undefined; since?: string | undefined }) =>
      `The run ${d.run} is in progress in ${d.pid === undefined ? 'another process' : `process ${d.pid} on ${d.host}, since ${d.since}`}.`,
    hint: () => 'Wait for that process or stop it. If it has died, the run can be resumed at once.',
  },
  MAESTRO_PIPELINE_NO_SUCH_STEP: {
    message: (d: { step: string; steps: readonly string[] }) => `The pipeline has no step "${d.step}".`,
    hint: (d: { step: string; steps: readonly string[] }) => `Its steps: ${list(d.steps)}.`,
  },
  MAESTRO_RUN_STEP_NOT_KEPT: {
    message: (d: { step: string; run: string }) => `The run ${d.run} has no rows of the step "${d.step}".`,
    hint: (d: { step: string }) =>
      `The rows of the last step of a stage are kept. Run the pipeline with --until ${d.step}, and look at the stages with \`maestro plan\`.`,
  },
  MAESTRO_RUN_EDIT_INVALID: {
    message: (d: { path: string; line: number; reason: string }) =>
      `Line ${d.line} of ${d.path} is not a row: ${d.reason}.`,
    hint: () => 'Nothing was changed. Mend the line, and import the file again.',
  },
  MAESTRO_RUN_EDIT_FORMAT: {
    message: (d: { path: string }) =>
      `The rows of a step are JSON lines, {"id":...,"row":{...}}, or a table, and the name ${d.path} promises another format.`,
    hint: () => 'Use a file whose name ends with .jsonl, .csv, or .tsv.',
  },
  MAESTRO_RUN_OUTPUT_LOST: {
    message: (d: { output: string }) =>
      `The rows that an unfinished run has written for ${d.output} are not as it left them.`,
    hint: () => 'Resume the run: it writes the output again.',
  },
  MAESTRO_RUN_OUTPUT_IN_USE: {
    message: (d: { output: string; run: string; pid: number; host: string }) =>
      `The run ${d.run} is writing ${d.output} now, in process ${d.pid} on ${d.host}.`,
    hint: () => 'Wait for that run or stop it, or write to another output.',
  },
  MAESTRO_RUN_TAKEN_OVER: {
    message: (d: { run: string }) => `Another process has taken over the run ${d.run}.`,
    hint: () => 'This process writes nothing more. Follow the run in the process that continues it.',
    stopsRun: true,
  },
  MAESTRO_RUN_NOT_UNFINISHED: {
    message: (d: { run?: string | undefined; unfinished: readonly string[] }) =>
      d.run === undefined ? 'There is no unfinished run.' : `There is no unfinished run "${d.run}".`,
    hint: (d: { run?: string | undefined; unfinished: readonly string[] }) =>
      d.unfinished.length === 0
        ? 'Every run has finished. Start a new one with `maestro run`.'
        : `Unfinished runs: ${list(d.unfinished)}.`,
  },
  MAESTRO_RUN_FORMAT: {
    message: (d: { run: string; reason: string }) => `The run ${d.run} cannot be resumed: ${d.reason}.`,
    hint: () =>
      'Start a new run without resuming one. Answers in the response cache are reused. Check outputs to which rows are added: they may have some of this run.',
  },
  MAESTRO_RUN_OTHER_PIPELINE: {
    message: (d: { run: string; pipeline: string; given: string }) =>
      `The run ${d.run} belongs to the pipeline ${d.pipeline}, not to ${d.given}.`,
    hint: () => 'Resume it with its own pipeline.',
  },
  MAESTRO_RUN_SINK_UNSETTLED: {
    message: (d: { run: string; sink: string; use: string; reason: string }) =>
      `The run ${d.run} cannot be resumed: the sink ${d.sink} (${d.use}) ${d.reason}.`,
    hint: () =>
      'Look at the output. If it has the rows of the run, nothing is left to do; otherwise remove them and start a new run, which reuses the answers in the response cache.',
  },

  MAESTRO_INCREMENTAL_UNFIT: {
    message: (d: { pipeline: string; reason: string; remedy: string }) =>
      `The pipeline ${d.pipeline} cannot run incrementally: ${d.reason}.`,
    hint: (d: { remedy: string }) => d.remedy,
  },
  MAESTRO_INCREMENTAL_OUTPUT: {
    message: (d: { sink: string; reason: string }) =>
      `The rows of the sink ${d.sink} cannot be merged with those of earlier runs: ${d.reason}.`,
    hint: () => 'Keep the columns of the key unchanged in every step. To process all rows again, use --no-incremental.',
    stopsRun: true,
  },
  MAESTRO_INCREMENTAL_ROW: {
    message: (d: { row: string; key: readonly string[]; reason: string }) =>
      `${d.row}: the key (${d.key.join(', ')}) ${d.reason}.`,
    hint: () => 'Give every row its own key, or choose other columns for `incremental.key`.',
  },

  // 9 operator
  MAESTRO_STEP_FAILED: {
    message: (d: { step: string; reason: string }) => `${d.step} failed: ${d.reason}`,
    hint: () => 'See the row and its error in rejects.jsonl.',
  },
  MAESTRO_STEP_RESULT: {
    message: (d: { step: string; expected: string; found: string }) =>
      `${d.step} returned ${d.found} instead of ${d.expected}.`,
    hint: () => 'Every kind of operator has one form of result. See docs/operators.md.',
  },
  MAESTRO_DEFINITION_INVALID: {
    message: (d: Definition) => `The definition of ${d.what} is wrong: ${d.fault}.`,
    hint: (d: Definition) =>
      `${meant(d.suggestion)}${d.known === undefined ? '' : `It knows: ${d.known.join(', ')}. `}${d.page} shows a whole definition.`,
  },
  MAESTRO_STEP_CONTRACT: {
    message: (d: { step: string; use?: string; fault: string; column?: string }) =>
      `${d.step}${d.use === undefined || d.step.includes(d.use) ? '' : ` (${d.use})`} ${d.fault}.`,
    hint: () =>
      'The operator breaks its contract, so its results cannot be relied on. Correct what it declares or what it returns, or report this to the author of its plugin; docs/checks.md lists the rules.',
    stopsRun: true,
  },
  MAESTRO_STEP_CREATE: {
    message: (d: { step: string; reason: string }) => `${d.step} could not be created: ${d.reason}`,
    hint: () => 'The error is in the operator or its options.',
  },
  MAESTRO_PROMPT_VARIABLE_MISSING: {
    message: (d: { missing: readonly string[]; given: readonly string[] }) =>
      `The prompt needs ${list(d.missing)}, but was given ${list(d.given)}.`,
    hint: () => 'Give every variable a value.',
  },
  MAESTRO_PROMPT_VALUE: {
    message: (d: { name: string; reason: string }) =>
      `The value of {{${d.name}}} cannot be part of a prompt: ${d.reason}.`,
    hint: () =>
      'A prompt can contain texts, numbers, booleans, dates, lists, and plain objects. Convert the value in an earlier step.',
  },
  MAESTRO_PROMPT_MEDIA: {
    message: (d: { name: string; type: string; found: string }) =>
      `{{${d.name}}} holds ${d.found} instead of the path, the address, or the bytes of its ${d.type}.`,
    hint: () =>
      'Give the path of a file of the project, an address, or bytes. Filter out rows without one in an earlier step.',
  },
  MAESTRO_PROMPT_MESSAGES: {
    message: (d: { reason: string }) => `The messages of the prompt cannot be sent: ${d.reason}.`,
    hint: () =>
      'The function `messages` of a prompt returns a list of { role, content }. The role is system, user, or assistant, and the content is a text or a list of parts.',
  },
  MAESTRO_PROMPT_EXAMPLE: {
    message: (d: { example: number; reason: string }) =>
      `Example ${d.example} of the prompt cannot be used: ${d.reason}`,
    hint: () =>
      'An example is { input, output }. Its input is the value of the single variable, or an object with a value for each variable. With `answer`, an example is a row.',
  },
  MAESTRO_PROMPT_TEMPLATE: {
    message: (d: { template: string; reason: string }) =>
      `The prompt template "${d.template}" is not valid: ${d.reason}.`,
    hint: () => 'Variables are written {{name}} or {{name.field}}; a literal {{ is written \\{{.',
  },
  MAESTRO_PROMPT_NOT_ALLOWED: {
    message: (d: { operator: string; prompt: string; allowed: readonly string[] }) =>
      `${d.operator} does not accept a ${d.prompt}.`,
    hint: (d: { operator: string; prompt: string; allowed: readonly string[] }) => `It accepts: ${list(d.allowed)}.`,
  },

  // 10 servings
  MAESTRO_SERVING_UNKNOWN: {
    message: (d: Unknown & { where: string; add: string }) => `${d.where}: no serving "${d.name}" is configured.`,
    hint: (d: Unknown & { where: string; add: string }) =>
      `${meant(d.suggestion)}Known: ${list(d.known)}. Add one to \`servings\`, for example: ${d.add}`,
  },
  MAESTRO_SERVING_KIND: {
    message: (d: { name: string; expected: string; found: string }) =>
      `The serving "${d.name}" is of kind ${d.found}, but ${d.expected} is needed.`,
    hint: () => 'Name another serving.',
  },
  MAESTRO_SERVING_AUTHENTICATION: {
    message: (d: ProviderAnswer) => `${d.serving} does not accept the key: ${d.reason}`,
    hint: () => 'Check the `apiKey` of the serving and the environment variable it comes from.',
    stopsRun: true,
  },
  MAESTRO_SERVING_PERMISSION: {
    message: (d: ProviderAnswer) => `${d.serving} does not allow this: ${d.reason}`,
    hint: () =>
      'The provider knows the key, but the key may not use this model or feature. Ask for access, or name another model.',
    stopsRun: true,
  },
  MAESTRO_SERVING_NOT_FOUND: {
    message: (d: ProviderAnswer & { fix?: string | undefined }) => `${d.serving} was not found: ${d.reason}`,
    hint: (d: ProviderAnswer & { fix?: string | undefined }) =>
      d.fix ?? 'Check the `model` and the `baseUrl` of the serving.',
    stopsRun: true,
  },
  MAESTRO_SERVING_BAD_REQUEST: {
    message: (d: ProviderAnswer) => `${d.serving} refused the request: ${d.reason}`,
    hint: () => 'The provider says what is wrong. It will refuse the same request again.',
  },
  MAESTRO_SERVING_QUOTA: {
    message: (d: ProviderAnswer) => `The account of ${d.serving} has no credit or quota left: ${d.reason}`,
    hint: () => 'Add credit or raise the limit of the account. The next run reuses finished answers.',
    stopsRun: true,
  },
  MAESTRO_SERVING_RATE_LIMITED: {
    message: (d: ProviderAnswer) => `${d.serving} refused the call because of its rate limit: ${d.reason}`,
    hint: () => 'The call was retried as often as `retries` allows. Set `limits` to what the account may use.',
    retryable: true,
  },
  MAESTRO_SERVING_REQUEST_TOO_LARGE: {
    message: (d: ProviderAnswer & { tokens?: number | undefined; limit?: number | undefined }) =>
      d.tokens === undefined || d.limit === undefined
        ? `${d.serving} does not accept a request of this size: ${d.reason}`
        : `${d.serving} accepts at most ${d.limit} tokens per minute, and this request needs ${d.tokens}: ${d.reason}`,
    hint: () => 'Shorten the text, lower `maxTokens`, or raise the limit of the account.',
  },
  MAESTRO_SERVING_OVERLOADED: {
    message: (d: ProviderAnswer) => `${d.serving} is overloaded: ${d.reason}`,
    hint: () =>
      'The call was retried as often as `retries` allows. Run again later. The next run reuses finished answers.',
    retryable: true,
  },
  MAESTRO_SERVING_UNAVAILABLE: {
    message: (d: { serving: string; since: string; failures: number; reason: string; retryAfterMs?: number }) =>
      `${d.serving} has returned nothing but failures since ${d.since} (${d.failures} calls)${
        d.retryAfterMs === undefined ? '' : `, and the next attempt is due only in ${d.retryAfterMs} ms`
      }: ${d.reason}`,
    hint: () =>
      'Run the same pipeline again when the provider is back. The next run reuses finished answers, and the outputs were not changed. The options `timeout.outage` and `timeout.total` of the serving set how long a run waits.',
    stopsRun: true,
  },
  MAESTRO_SERVING_SERVER: {
    message: (d: ProviderAnswer) => `${d.serving} had an internal error: ${d.reason}`,
    hint: () =>
      'The call was retried as often as `retries` allows. Run again later. The next run reuses finished answers.',
    retryable: true,
  },
  MAESTRO_SERVING_CONNECTION: {
    message: (d: ProviderAnswer & { fix?: string | undefined }) => `${d.serving} cannot be reached: ${d.reason}`,
    hint: (d: ProviderAnswer & { fix?: string | undefined }) =>
      d.fix ?? 'Check that the server runs, and check its address (`baseUrl`) and the network.',
    retryable: true,
  },
  MAESTRO_SERVING_BROKEN_REPLY: {
    message: (d: ProviderAnswer) => `${d.serving} sent a reply that cannot be read: ${d.reason}`,
    hint: () => 'Check that `baseUrl` is the address of the API, and not of a web page or a proxy.',
    retryable: true,
  },
  MAESTRO_SERVING_UNEXPECTED_REPLY: {
    message: (d: ProviderAnswer & { isPage?: boolean | undefined }) =>
      `${d.serving} sent a complete reply that is no answer: ${d.reason}`,
    hint: () =>
      'The request was sent three times at most, because such a reply seldom changes. Check that `baseUrl` is the address of the API, and that the server has the API of this serving.',
    retryable: true,
  },
  MAESTRO_SERVING_BROKEN_OFF: {
    message: (d: { serving: string; reason: string }) => `The answer of ${d.serving} broke off: ${d.reason}`,
    hint: () => 'A part of the answer was already passed on, so it was not asked for again. Ask the question again.',
  },
  MAESTRO_SERVING_REFUSED: {
    message: (d: { serving: string; reason: string }) => `${d.serving} refused to answer: ${d.reason}`,
    hint: () => 'Change the prompt or the text of this row, or use another model.',
  },
  MAESTRO_SERVING_CONTEXT_TOO_LONG: {
    message: (d: { serving: string; tokens?: number | undefined; limit?: number | undefined; reason?: string }) =>
      d.tokens === undefined || d.limit === undefined
        ? `${d.serving}: the prompt is too long: ${d.reason ?? 'it exceeds the context of the model'}`
        : `${d.serving}: the prompt has ${d.tokens} tokens, but the prompt and the answer together may have only ${d.limit}.`,
    hint: () => 'Shorten the text, ask for a shorter answer, or use a model with a longer context.',
  },
  MAESTRO_SERVING_TIMEOUT: {
    message: (d: { serving: string; milliseconds: number }) =>
      `${d.serving} did not answer within ${d.milliseconds} ms.`,
    hint: () => 'Raise the time-out or ask for a shorter answer.',
    retryable: true,
  },
  MAESTRO_SERVING_ABORTED: {
    message: (d: { serving: string }) => `The call to ${d.serving} was stopped.`,
    hint: () => 'The run was stopped. Start it again at any time.',
  },
  MAESTRO_SERVING_MALFORMED_REPLY: {
    message: (d: { serving: string; reply: string; usage?: Usage | undefined }) =>
      `The answer of ${d.serving} is not JSON: ${d.reply}`,
    hint: () => 'Raise `maxTokens` if the answer was cut off. Larger models follow schemas better.',
  },
  MAESTRO_SERVING_SCHEMA_MISMATCH: {
    message: (d: { serving: string; issues: readonly string[] }) =>
      `The answer of ${d.serving} does not match the schema: ${d.issues.join('; ')}.`,
    hint: () => 'Loosen the schema or use a larger model.',
  },
  MAESTRO_SERVING_CUT_OFF: {
    message: (d: { serving: string; tokens?: number | undefined }) =>
      `The answer of ${d.serving} was cut off${d.tokens === undefined ? '' : ` after ${d.tokens} tokens`}.`,
    hint: () =>
      "Raise `maxTokens` or ask for a shorter answer. `ai.generate` keeps a text that was cut off with `onCutOff: 'keep'`.",
  },
  MAESTRO_SERVING_UNFINISHED: {
    message: (d: { serving: string; reason: string; usage?: Usage | undefined }) =>
      `The answer of ${d.serving} ended with the unknown finish reason "${d.reason}".`,
    hint: () => 'The answer is not used, because it may be incomplete. Ask again, or use another model.',
  },
  MAESTRO_SERVING_FILTERED: {
    message: (d: { serving: string; reason?: string | undefined; usage?: Usage | undefined }) =>
      `${d.serving} withheld its answer: ${d.reason ?? 'a content filter stopped it'}.`,
    hint: () => 'Change the prompt or the text of this row, or use a model with another filter.',
  },
  MAESTRO_SERVING_SCHEMA_UNSUPPORTED: {
    message: (d: { reason: string; fix?: string | undefined }) =>
      `The schema cannot be converted to JSON Schema for a model: ${d.reason}.`,
    hint: (d: { reason: string; fix?: string | undefined }) =>
      d.fix ??
      'Use a schema that provides JSON Schema: zod 4, arktype, or valibot inside `toStandardJsonSchema` of @valibot/to-json-schema.',
  },
  MAESTRO_SERVING_SCHEMA_REFUSED: {
    message: (d: ProviderAnswer) => `${d.serving} does not support the schema: ${d.reason}`,
    hint: () => 'Use a simpler schema, or a server that supports it.',
  },
  MAESTRO_SERVING_CONTRACT: {
    message: (d: { serving: string; fault: string }) => `${d.serving} ${d.fault}.`,
    hint: () =>
      'The serving breaks its contract. Report this to the author of its plugin; the suites of @maestro-dataflow/testkit find it.',
  },
  MAESTRO_SERVING_FAILED: {
    message: (d: { serving: string; reason: string }) => `${d.serving} failed: ${d.reason}`,
    hint: () => 'The cause has the details.',
  },
  MAESTRO_SERVING_BATCH_LENGTH: {
    message: (d: { prompts: number; variables: number }) =>
      `There are ${d.prompts} prompts and ${d.variables} sets of variables.`,
    hint: () => 'Give one set of variables for each prompt.',
  },

  // replies over HTTP
  MAESTRO_HTTP_TOO_LARGE: {
    message: (d: { url: string; limit: number }) => `The reply of ${d.url} has more than ${d.limit} bytes.`,
    hint: () => 'Check that the address is right. If it is, request less at once, such as fewer texts in a batch.',
  },

  // media of prompts
  MAESTRO_MEDIA_MISSING: {
    message: (d: { source: string }) => `There is no ${d.source}.`,
    hint: () => 'Check the path, which is relative to the config file, or the address.',
  },
  MAESTRO_MEDIA_UNREADABLE: {
    message: (d: { source: string; reason: string }) => `${d.source} cannot be read: ${d.reason}.`,
    hint: () => 'Give bytes, the path of a file of the project, a data: URL, or an http or https address.',
  },
  MAESTRO_MEDIA_EMPTY: {
    message: (d: { source: string }) => `${d.source} has no content.`,
    hint: () => 'The file may have been written incompletely. Provide it again.',
  },
  MAESTRO_MEDIA_TOO_LARGE: {
    message: (d: { source: string; bytes: number; limit: number }) =>
      `${d.source} has at least ${d.bytes} bytes, but the limit is ${d.limit}.`,
    hint: () => 'Make it smaller. Nothing of it was sent.',
  },
  MAESTRO_MEDIA_TYPE: {
    message: (d: { source: string; expected: string; found: string }) =>
      `${d.source} should be of type ${d.expected}, but its content is ${d.found}.`,
    hint: () =>
      'Convert it to a supported type. Images are PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF, or HEIC; recordings are WAV, MP3, MP4, OGG, FLAC, AAC, or WebM. Render an SVG as an image.',
  },
  MAESTRO_MEDIA_PATH_OUTSIDE: {
    message: (d: { source: string; directory: string }) => `${d.source} is outside the project ${d.directory}.`,
    hint: () => 'Move it inside, or set `allowOutsidePaths: true` in the config.',
  },
  MAESTRO_MEDIA_ADDRESS_PRIVATE: {
    message: (d: { host: string; address: string }) =>
      `${d.host} is in a private network or on this machine (${d.address}).`,
    hint: () =>
      'Addresses from rows and of files may not lead there. If yours may, set `allowPrivateAddresses: true` in the config.',
  },
  MAESTRO_MEDIA_FETCH: {
    message: (d: { source: string; reason: string }) => `${d.source} could not be fetched: ${d.reason}.`,
    hint: () => 'Run again later. The next run reuses finished answers.',
    retryable: true,
  },

  // budgets
  MAESTRO_BUDGET_REACHED: {
    message: (d: { scope: string; unit: 'usd' | 'tokens' | 'requests'; cap: number; spent: number; next: number }) =>
      `The budget of ${d.scope} is used up: ${amount(d.unit, d.spent)} of ${amount(d.unit, d.cap)} are spent, and the next call may cost ${amount(d.unit, d.next)}.`,
    hint: () => 'Raise the budget and run the pipeline again. Finished answers are stored and not requested again.',
    stopsRun: true,
  },
  MAESTRO_BUDGET_UNPRICED: {
    message: (d: { scope: string; serving: string }) =>
      `The budget of ${d.scope} is in dollars, but the price of ${d.serving} is unknown.`,
    hint: () =>
      'Set the `price: { input, output }` of the serving in dollars per million tokens, or limit `tokens` or `requests`.',
    stopsRun: true,
  },

  // storages
  MAESTRO_VECTORS_UNKNOWN: {
    message: (d: Unknown & { where: string }) => `${d.where}: no vector store "${d.name}" is configured.`,
    hint: (d: Unknown & { where: string }) =>
      `${meant(d.suggestion)}Known: ${list(d.known)}. Add one to \`vectorStores\`, for example: kb: { use: 'lance.vectors', path: 'data/kb' }, with '@maestro-dataflow/plugin-lance' in \`plugins\``,
  },
  MAESTRO_VECTORS_INVALID: {
    message: (d: { store: string; place: string; reason: string }) => `${d.store}: ${d.place}: ${d.reason}.`,
    hint: () => 'The store accepted nothing from this call. Remove the entry, or correct the step that made it.',
  },
  MAESTRO_VECTORS_DIMENSION: {
    message: (d: { store: string; place: string; expected: number; found: number }) =>
      `${d.store} holds vectors with ${d.expected} dimensions, but the vector of ${d.place} has ${d.found}.`,
    hint: () => 'Use the embedding model that created the vectors of the store, or create another store.',
  },
  MAESTRO_VECTORS_MODEL: {
    message: (d: { store: string; expected: string; found: string }) =>
      `The vectors of ${d.store} come from the embedding model ${d.expected}, but these vectors come from ${d.found}.`,
    hint: () =>
      'Vectors of two models cannot be compared. Use the model that created the vectors of the store, or create another store.',
  },
  MAESTRO_VECTORS_SETTINGS: {
    message: (d: { store: string; setting: string; expected: string; found: string }) =>
      `${d.store} was created with ${d.setting} ${d.found}, but the config says ${d.expected}.`,
    hint: () => 'Use the setting that it was created with, or create another store.',
  },
  MAESTRO_VECTORS_CLOSED: {
    message: (d: { store: string }) => `${d.store} is closed.`,
    hint: () => 'The stores of a config close with the project. Request the store from the project again.',
  },
  MAESTRO_STORAGE_PATH_OUTSIDE: {
    message: (d: { path: string; directory: string }) => `${d.path} is outside the project ${d.directory}.`,
    hint: () => 'Move it inside, or set `allowOutsidePaths: true` in the config.',
  },
  MAESTRO_STORAGE_NOT_FOUND: {
    message: (d: { path: string }) => `${d.path} does not exist.`,
    hint: () => 'Check the path; it is relative to the config file.',
  },
  MAESTRO_STORAGE_READ: {
    message: (d: { location: string; reason: string }) =>
      `${d.location} could not be read: ${d.reason}${/[.!?]$/.test(d.reason) ? '' : '.'}`,
    hint: () => 'Check that it exists, that you may read it, and that its content is complete and in the right format.',
  },
  MAESTRO_STORAGE_ROW_INVALID: {
    message: (d: { location: string; reason: string }) => `${d.location}: ${d.reason}`,
    hint: () => 'Correct the record in the input. The other rows continue.',
  },
  MAESTRO_ROW_SCHEMA: {
    message: (d: { location: string; issues: readonly string[] }) =>
      `${d.location} does not match the schema: ${d.issues.join('; ')}.`,
    hint: () => 'Correct the record or relax the schema. The other rows continue.',
  },
  MAESTRO_ROW_UNENCODABLE: {
    message: (d: { column: string; type: string }) =>
      `Column "${d.column}" holds a ${d.type}, which cannot be written.`,
    hint: () => 'Rows hold data: texts, numbers, booleans, dates, bytes, vectors, lists, and plain objects.',
  },
} as const

function aboutWorkers(asksServings: boolean | undefined): string {
  if (asksServings === undefined) return 'no workers'
  return asksServings ? 'workers that ask models' : 'workers that ask no models'
}

/** Creates an error of core by its code. */
export const maestroError = defineErrors(coreErrors)

/** The codes of core. */
export type CoreErrorCode = keyof typeof coreErrors
