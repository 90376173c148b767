import { defineErrors } from '@maestro-dataflow/core'

interface UnknownContribution {
  readonly name: string
  readonly known: readonly string[]
  readonly suggestion: string | undefined
  /** The official plugin that has it and is not configured. */
  readonly plugin?: string | undefined
}

const inPlugin = ({ plugin }: UnknownContribution): string =>
  plugin === undefined
    ? ''
    : `It is in ${plugin}: npm install ${plugin} and add it to \`plugins\`, or run \`maestro plugin add ${plugin}\`. `

/** The errors of the command line. */
export const cliErrors = {
  MAESTRO_CLI_USAGE: {
    message: (d: { reason: string }) => d.reason,
    hint: () => 'See maestro --help, or maestro help COMMAND.',
  },
  MAESTRO_CLI_FOLDER_GONE: {
    message: () => 'The working directory does not exist any more.',
    hint: () => 'Change to another folder: `cd` into the project again.',
  },
  MAESTRO_CLI_NO_PIPELINE: {
    message: (_d: { command: string; known: readonly string[] }) => 'No pipeline is named.',
    hint: (d: { command: string; known: readonly string[] }) =>
      d.known.length === 0
        ? `Name the file of one: maestro ${d.command} pipelines/NAME.ts`
        : `Name one of these: ${d.known.join(', ')}. For example: maestro ${d.command} ${d.known[0]}`,
  },
  MAESTRO_CLI_NOT_STARTED: {
    message: (d: { output: string }) => `The run ended before it began.\n${d.output}`,
    hint: () => 'Mend this, or start the run without --detach to see more.',
  },
  MAESTRO_CLI_RUN_LEFT: {
    message: (d: { run: string }) => `No process works on the run ${d.run}, and it is unfinished.`,
    hint: (d: { run: string }) => `Continue it: maestro resume ${d.run} --detach`,
  },
  MAESTRO_CLI_RUN_FROM_CODE: {
    message: (d: { run: string; pipeline: string }) =>
      `The run ${d.run} of ${d.pipeline} was started from code, which this command cannot repeat.`,
    hint: (d: { run: string }) => `Resume it there: .run(pipeline, { resume: { run: '${d.run}' } }).`,
  },
  MAESTRO_CLI_RUN_PIPELINE_GONE: {
    message: (d: { run: string; pipeline: string; known: readonly string[] }) =>
      `The run ${d.run} is of the pipeline "${d.pipeline}", which the project has no longer.`,
    hint: (d: { run: string; known: readonly string[] }) =>
      `${d.known.length === 0 ? 'The project has no pipeline.' : `The project has ${d.known.join(', ')}.`} If it was renamed, or its file was moved, take that back to resume the run; \`maestro run NAME\` begins a new one. The run stays in .maestro/runs until \`maestro prune\` removes it.`,
  },
  MAESTRO_CLI_RETRY: {
    message: (d: { run: string; pipeline: string; status: string }) =>
      d.status === 'done'
        ? `The rejected rows of ${d.run} cannot be tried again alone: the run was not incremental.`
        : `The run ${d.run} is unfinished.`,
    hint: (d: { run: string; pipeline: string; status: string }) =>
      d.status === 'done'
        ? `Give the pipeline ${d.pipeline} a key, .incremental({ key: 'id' }), and run it again.`
        : `Continue it: maestro resume ${d.run} --retry-rejects`,
  },
  MAESTRO_CLI_OUTPUT_NONE: {
    message: (d: { pipeline: string; sinks: readonly string[] }) =>
      `--output: pipeline ${d.pipeline} does not write a file. Its sinks: ${d.sinks.join(', ') || 'none'}.`,
    hint: () => "Add a file sink to the pipeline: .write('fs.file', { path }).",
  },
  MAESTRO_CLI_OUTPUT_SEVERAL: {
    message: (d: { pipeline: string; sinks: readonly string[] }) =>
      `--output: pipeline ${d.pipeline} writes several files: ${d.sinks.join(', ')}.`,
    hint: () => 'Make their paths parameters of the pipeline and set them with --set.',
  },
  MAESTRO_CLI_LIMIT_REPLACES: {
    message: (d: { sink: string; use: string; limit: number }) =>
      `--limit ${d.limit}: ${d.sink} (${d.use}) would replace all its rows with those of a limited run.`,
    hint: () => 'See the rows with `maestro preview`, or add --overwrite if the output should hold only these rows.',
  },
  MAESTRO_CLI_PLUGINS_MISSING: {
    message: (d: { plugins: readonly string[]; directory: string }) =>
      `This command needs ${d.plugins.join(', ')}, which cannot be found from ${d.directory}.`,
    hint: (d: { plugins: readonly string[]; directory: string }) =>
      `Install the missing packages: npm install ${d.plugins.join(' ')}`,
  },
  MAESTRO_CLI_PROVIDER_UNKNOWN: {
    message: (d: { provider: string; known: readonly string[]; suggestion?: string | undefined }) =>
      `The provider "${d.provider}" is not known.`,
    hint: (d: { provider: string; known: readonly string[]; suggestion?: string | undefined }) =>
      d.suggestion === undefined ? `The known providers are ${d.known.join(', ')}.` : `Did you mean "${d.suggestion}"?`,
  },
  MAESTRO_CLI_SCHEMA: {
    message: (d: { given: string; reason: string }) => `--schema ${d.given}: ${d.reason}`,
    hint: () =>
      'Give a JSON Schema, as text or in a file, for example: --schema \'{"type":"object","properties":{"tone":{"enum":["good","bad"]}},"required":["tone"]}\'',
  },
  MAESTRO_CLI_MODEL: {
    message: (d: { serving: string }) =>
      `--model: the serving "${d.serving}" was created in code, with a model of its own.`,
    hint: () => 'Leave --model out, or name another serving with --serving.',
  },
  MAESTRO_CLI_SERVING: {
    message: (d: { serving: string; known: readonly string[] }) =>
      `--serving: no serving "${d.serving}" is configured.`,
    hint: (d: { serving: string; known: readonly string[] }) =>
      d.known.length === 0 ? 'The config has no servings.' : `Name one of these: ${d.known.join(', ')}.`,
  },
  MAESTRO_CLI_PROMPT: {
    message: (d: { file: string; columns: readonly string[] }) => `The prompt does not use a column of ${d.file}.`,
    hint: (d: { file: string; columns: readonly string[] }) =>
      `Write a column as {{name}}. ${d.columns.length === 0 ? 'The file has no rows.' : `Columns: ${d.columns.join(', ')}.`}`,
  },
  MAESTRO_CLI_COLUMN_TAKEN: {
    message: (d: { file: string; columns: readonly string[] }) =>
      `${d.file} already has ${d.columns.length === 1 ? 'the column' : 'the columns'} ${d.columns.join(', ')}, which the answer would replace.`,
    hint: () => 'Choose another name with --output, or add --replace-column.',
  },
  MAESTRO_CLI_CELL_EMPTY: {
    message: (d: { columns: readonly string[] }) =>
      `${d.columns.join(', ')}: the cell is empty in this row, so the model was not asked.`,
    hint: () => 'Fill in the cell, or leave the row out of the file.',
  },
  MAESTRO_CLI_TYPES_FILE: {
    message: (d: { path: string }) => `${d.path} already exists and was not written by \`maestro types\`.`,
    hint: () => 'Move its content to another .d.ts file, or remove it.',
  },
  MAESTRO_CLI_INFER: {
    message: (d: { source: string; reason: string }) => `--infer ${d.source}: ${d.reason}`,
    hint: () => 'Name a pipeline that reads from a storage, or a file of rows.',
  },
  MAESTRO_CLI_PLUGIN_UNKNOWN: {
    message: (d: UnknownContribution) =>
      `No plugin of the config is named "${d.name}" or contributes it.${d.suggestion === undefined ? '' : ` Did you mean "${d.suggestion}"?`}`,
    hint: (d: UnknownContribution) =>
      `${inPlugin(d)}${d.known.length === 0 ? 'The config has no plugins: add some to `plugins`.' : `Known: ${d.known.join(', ')}.`}`,
  },
  MAESTRO_CLI_OPERATOR_UNKNOWN: {
    message: (d: UnknownContribution) =>
      `No configured plugin contributes an operator "${d.name}".${d.suggestion === undefined ? '' : ` Did you mean "${d.suggestion}"?`}`,
    hint: (d: UnknownContribution) =>
      `${inPlugin(d)}${
        d.known.length === 0
          ? 'No configured plugin contributes an operator: add one that does to `plugins`.'
          : `Known: ${d.known.join(', ')}.`
      }`,
  },
  MAESTRO_CLI_TEST_ROWS: {
    message: (d: { name: string }) => `No pipeline of this project uses ${d.name} with rows that could be read.`,
    hint: (d: { name: string }) =>
      `Give the options and some rows: maestro test ${d.name} --options '{"input":"text"}' --rows '[{"text":"tea"}]'`,
  },
  MAESTRO_CLI_PLUGIN_NAME: {
    message: (d: { name: string; suggestion: string }) =>
      `"${d.name}" is not a known plugin, but its name resembles ${d.suggestion}. Nothing was installed.`,
    hint: (d: { name: string; suggestion: string }) => `Did you mean: maestro plugin add ${d.suggestion}`,
  },
  MAESTRO_CLI_PLUGIN_INSTALL: {
    message: (d: { name: string; reason: string }) => `npm could not install ${d.name}: ${d.reason}`,
    hint: () => 'Check the name and the connection. The config was not changed.',
  },
  MAESTRO_CLI_PLUGIN_DECLINED: {
    message: (d: { name: string }) => `The plugin ${d.name} was not added, because nobody accepted what it asks for.`,
    hint: () => 'Read the list above. Without a terminal, accept it by adding --yes.',
  },
  MAESTRO_CLI_PLUGIN_CONFIG: {
    message: (d: { path: string; name: string }) =>
      `The plugin ${d.name} is installed, but ${d.path} cannot be changed without risk, because it does not list its plugins in a plain way.`,
    hint: (d: { path: string; name: string }) => `Add '${d.name}' to \`plugins\` yourself.`,
  },
  MAESTRO_CLI_PROMPT_UNKNOWN: {
    message: (d: { name: string; known: readonly string[]; suggestion: string | undefined }) =>
      `No plugin of the config contributes a prompt named "${d.name}".${d.suggestion === undefined ? '' : ` Did you mean "${d.suggestion}"?`}`,
    hint: (d: { name: string; known: readonly string[]; suggestion: string | undefined }) =>
      d.known.length === 0
        ? 'No plugin of the config contributes prompts. Add one that does to `plugins`.'
        : `Known: ${d.known.join(', ')}.`,
  },
  MAESTRO_CLI_PROMPT_OPTIONS: {
    message: (d: { name: string; issues: readonly string[] }) =>
      `The options of ${d.name} are not valid: ${d.issues.join('; ')}.`,
    hint: (d: { name: string; issues: readonly string[] }) =>
      `Give options with --set name=value; \`maestro prompts ${d.name}\` shows them.`,
  },
  MAESTRO_CLI_CACHE_NONE: {
    message: (d: { use: string }) =>
      d.use === 'none'
        ? 'The config sets `cache: false`, so answers are not stored.'
        : 'The config stores answers in memory, so there are none outside of a run.',
    hint: () => "To store answers on disk, set `cache: { use: 'disk' }`, or leave `cache` out: this is the default.",
  },
  MAESTRO_CLI_CACHE_OPAQUE: {
    message: (d: { use: string; command: string }) =>
      `The cache ${d.use} does not support \`maestro cache ${d.command}\`.`,
    hint: () => '`maestro cache stats` and `maestro cache clear` work with every cache.',
  },
  MAESTRO_CLI_CACHE_UNKNOWN: {
    message: (d: { key: string }) =>
      `There is no stored answer with a key that begins with "${d.key}", or for a row with that id.`,
    hint: () =>
      '`maestro cache list` shows the keys. The answer may have been evicted, or stored for another row with an identical request.',
  },
  MAESTRO_CLI_CACHE_AMBIGUOUS: {
    message: (d: { key: string; keys: readonly string[] }) => `Several keys begin with "${d.key}".`,
    hint: (d: { key: string; keys: readonly string[] }) =>
      `Give more characters of one of these keys: ${d.keys.join(', ')}.`,
  },
  MAESTRO_CLI_INIT_EXISTS: {
    message: (d: { directory: string; files: readonly string[] }) =>
      `${d.directory} already contains ${d.files.join(', ')}. Nothing was written.`,
    hint: () => 'Add --yes to keep these files and write the others, or choose another folder.',
  },
  MAESTRO_CLI_INIT_FOLDER: {
    message: (d: { directory: string; reason: string }) => `A project cannot be created in ${d.directory}: ${d.reason}`,
    hint: () => 'Choose a folder that you have permission to write to.',
  },
  MAESTRO_CLI_INIT_PACKAGE: {
    message: (d: { path: string; reason: string }) => `${d.path} cannot be read: ${d.reason}`,
    hint: () => 'Fix the file, or delete it and let `npm init -y` write a new one. Nothing was changed.',
  },
  MAESTRO_CLI_INSTALL: {
    message: (d: { directory: string; reason: string }) =>
      `The project in ${d.directory} was written, but its packages were not installed: ${d.reason}`,
    hint: () => 'Run `npm install` in that folder to see the cause.',
  },
  MAESTRO_CLI_ENDED_EARLY: {
    message: (d: { how: string }) =>
      `The process ended before the command had finished: ${d.how}. No output was changed.`,
    hint: () =>
      "A plugin or a step may have called process.exit() or crashed in native code, or the memory was not enough. `maestro resume` continues a run. With `executor: 'processes'`, a row that crashes its process is rejected, and the run goes on.",
  },
  MAESTRO_CLI_LATE_ERROR: {
    message: (d: { reason: string }) => `An uncaught error stopped the command: ${d.reason}`,
    hint: () =>
      'It was thrown by code that runs in the background, such as a timer or an event handler of a plugin or a step. Run the command with --verbose to see where, and catch the error there.',
  },
  MAESTRO_CLI_ROW_OR_WHERE: {
    message: () => 'Identify the row either by its id or by --where.',
    hint: () => 'Write `maestro why ROW`, or `maestro why --where column=value`.',
  },
  MAESTRO_CLI_NO_ROW: {
    message: (d: { where: Readonly<Record<string, string>>; run: string }) =>
      `The source of ${d.run} has no row with ${Object.entries(d.where)
        .map(([column, value]) => `${column}=${value}`)
        .join(' and ')}.`,
    hint: () =>
      'The source is read in its present state, and values are compared as text. Check the names of the columns.',
  },
  MAESTRO_CLI_RUN_UNFINISHED: {
    message: (d: { run: string }) => `The run ${d.run} is unfinished and was not removed.`,
    hint: () => 'If no process is still running it and you do not need it, remove its run folder.',
  },
  MAESTRO_CLI_UNEXPECTED: {
    message: (d: { reason: string }) => `An unexpected error occurred: ${d.reason}`,
    hint: () =>
      'Run the command again with --verbose to see where it was thrown. If it is a bug in maestro, please report it.',
  },
} as const

export const cliError = defineErrors(cliErrors)

/** Errors that the user fixes by changing the command line. Their exit code is 2. */
export const wrongUse: ReadonlySet<string> = new Set([
  'MAESTRO_CLI_USAGE',
  'MAESTRO_CLI_NO_PIPELINE',
  'MAESTRO_CLI_OUTPUT_NONE',
  'MAESTRO_CLI_OUTPUT_SEVERAL',
  'MAESTRO_CLI_LIMIT_REPLACES',
  'MAESTRO_CLI_SCHEMA',
  'MAESTRO_CLI_MODEL',
  'MAESTRO_CLI_SERVING',
  'MAESTRO_CLI_PROMPT',
  'MAESTRO_CLI_COLUMN_TAKEN',
  'MAESTRO_CLI_INFER',
  'MAESTRO_CLI_PLUGIN_UNKNOWN',
  'MAESTRO_CLI_PLUGIN_NAME',
  'MAESTRO_CLI_PROMPT_OPTIONS',
  'MAESTRO_CLI_PROMPT_UNKNOWN',
  'MAESTRO_CLI_OPERATOR_UNKNOWN',
  'MAESTRO_CLI_TEST_ROWS',
  'MAESTRO_CLI_CACHE_NONE',
  'MAESTRO_CLI_CACHE_OPAQUE',
  'MAESTRO_CLI_CACHE_UNKNOWN',
  'MAESTRO_CLI_CACHE_AMBIGUOUS',
  'MAESTRO_CLI_INIT_EXISTS',
  'MAESTRO_CLI_ROW_OR_WHERE',
  'MAESTRO_CLI_NO_ROW',
  'MAESTRO_CLI_RUN_UNFINISHED',
  'MAESTRO_RUN_UNKNOWN',
  'MAESTRO_RUN_ROW_UNKNOWN',
  'MAESTRO_RUN_STEP_UNKNOWN',
])
