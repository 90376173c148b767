import { list } from './known-names.js'

/** The errors of runs, their executors, and their workers. */
export const runErrors = {
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
    message: (d: { executor: string; planned: string; created: string }) =>
      `The executor ${d.executor} has ${d.created}, but its definition says ${d.planned}.`,
    hint: () =>
      'Set `workers: { asksServings, startsWhenBusy }` in `defineExecutor` as its executors have them: plans are made from that.',
  },
  MAESTRO_RUN_EDITS_LOST: {
    message: (d: { run: string; step: string; reason: string }) =>
      `The run ${d.run} cannot be resumed: the rows of ${d.step} were edited by hand, and they would be made again, because ${d.reason}.`,
    hint: (d: { run: string; step: string }) =>
      `Take the change back to go on with the edits. \`maestro export ${d.step}\` writes them into a file; \`maestro resume ${d.run} --from ${d.step}\` gives them up and makes the rows again.`,
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
      `A run keeps the rows of the last step of each stage until it is done, and longer with --keep-step-files. Run the pipeline with --until ${d.step}, and look at the stages with \`maestro plan\`.`,
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
  MAESTRO_INCREMENTAL_LAST_RUN: {
    message: (d: { pipeline: string; path: string }) =>
      `It is unknown which rows the outputs of ${d.pipeline} hold: what its last incremental run noted is damaged (${d.path}).`,
    hint: () =>
      'Run it with --overwrite. All rows are processed again, with the answers in the response cache, and files hold nothing else afterwards. Remove the rows of a table that are no longer in the source by hand.',
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
} as const
