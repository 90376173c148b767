import { list, meant, type Unknown } from './known-names.js'

/** The errors of the definition of a pipeline. */
export const pipelineErrors = {
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
} as const
