import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type PipelineDefinition, PromptTemplate } from '@maestro-dataflow/core'
import { type FileQuestion, Maestro, type ResumeOptions, type UnfinishedRun } from '@maestro-dataflow/core/runtime'
import type { GlobalOptions } from './commands/command.js'
import { terse } from './commands/enrich-defaults.js'
import { describeReport } from './describe-report.js'
import { answerExamples } from './enrich/answer-examples.js'
import { enrichConfig } from './enrich/enrich-config.js'
import { enrichedPath } from './enrich/enriched-path.js'
import { FilePrompt } from './enrich/file-prompt.js'
import { fileColumns } from './enrich/file-rows.js'
import { questionSource } from './enrich/question-source.js'
import { choicesSchema, readSchema } from './enrich/read-schema.js'
import { cliError } from './errors.js'
import { pathWithMark } from './output/path-with-mark.js'
import { standardPath, typedPath } from './output/typed-path.js'
import { showProgress } from './progress/show-progress.js'
import { tellDecisions, tellUnfinished } from './resume/describe-resume.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print, printMessage } from './terminal/print.js'

export interface EnrichCommandOptions extends GlobalOptions {
  readonly output?: string
  readonly to?: string
  readonly schema?: string
  readonly choices?: string
  readonly serving?: string
  readonly model?: string
  readonly system?: string
  readonly maxTokens?: number
  readonly limit?: number
  readonly overwrite?: boolean
  readonly replaceColumn?: boolean
  readonly delimiter?: string
  readonly encoding?: string
  readonly json?: boolean
}

/**
 * `maestro enrich`: runs a pipeline of one question that is created from the command line.
 *
 * @param unfinished The run to continue. @default a new one
 */
export async function enrich(
  file: string,
  question: string,
  options: EnrichCommandOptions,
  unfinished?: { readonly run: UnfinishedRun; readonly resume: Omit<ResumeOptions, 'run'> },
): Promise<void> {
  const { json = false, limit, overwrite = false, output } = options
  if (output === undefined && options.schema === undefined)
    throw cliError('MAESTRO_CLI_USAGE', { reason: 'Name the column of the answer with --output, or give a --schema.' })
  if (file.includes('{{') && !question.includes('{{'))
    throw cliError('MAESTRO_CLI_USAGE', { reason: 'The file comes first, and then the prompt.' })
  if (options.choices !== undefined && (output === undefined || options.schema !== undefined))
    throw cliError('MAESTRO_CLI_USAGE', { reason: '--choices needs --output, and is not for a --schema.' })
  const schema =
    options.schema !== undefined
      ? await readSchema(options.schema)
      : options.choices === undefined || output === undefined
        ? undefined
        : choicesSchema(output, options.choices)
  const system = options.system ?? (schema === undefined ? terse : '')
  const prompt = new PromptTemplate(question, system === '' ? {} : { system })
  const signal = stopOnInterrupt()
  const config = await enrichConfig(options)
  const files = new Maestro(async () => config)
  const progress = showProgress(options)
  const project = new Maestro(async () => ({ ...config, plugins: [...config.plugins, progress.plugin] }))
  try {
    const path = typedPath(file)
    const source = questionSource(path, options)
    const columns = await fileColumns(files, source.options, signal)
    if (prompt.variables.length === 0) throw cliError('MAESTRO_CLI_PROMPT', { file, columns: columns ?? [] })
    const added = output === undefined ? Object.keys((schema?.properties as object | undefined) ?? {}) : [output]
    const taken = added.filter((column) => columns?.includes(column))
    if (taken.length > 0 && options.replaceColumn !== true)
      throw cliError('MAESTRO_CLI_COLUMN_TAKEN', { file, columns: taken })
    // A partial result must not replace the complete file.
    const whole = options.to ?? enrichedPath(file)
    const isPart = limit !== undefined && options.to === undefined && !overwrite && whole !== standardPath
    const target = typedPath(isPart ? pathWithMark(whole, `limit-${limit}`) : whole)
    // Only files of cells have a delimiter.
    const delimited =
      options.delimiter !== undefined && /\.(?:csv|tsv)(?:\.(?:gz|zst))?$/i.test(target)
        ? { delimiter: options.delimiter }
        : {}
    const definition: PipelineDefinition = {
      name: 'enrich',
      source: { ...source, options: { ...source.options, ...(columns === undefined ? {} : { columns }) } },
      steps: [
        {
          id: 'answers',
          input: 'source',
          use: 'ai.generate',
          options: {
            prompt: new FilePrompt(prompt, columns ?? []),
            ...(output === undefined || options.choices !== undefined ? {} : { output }),
            ...(schema === undefined ? {} : { schema }),
            ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
            ...(options.serving === undefined ? {} : { serving: options.serving }),
          },
        },
      ],
      sinks: [{ id: 'output', input: 'answers', use: 'fs.file', options: { path: target, ...delimited } }],
    }
    const asked = { file: path, text: question, options: await repeatable(options, target) }
    if (unfinished === undefined && !json)
      tellUnfinished(
        (await project.unfinishedRuns()).find(({ command }) => isDeepStrictEqual(command?.question, asked)),
      )
    const report = await project.run(definition, {
      ...(limit === undefined ? {} : { limit }),
      overwrite: overwrite || isPart,
      signal,
      command: { pipeline: definition.name, set: {}, question: asked },
      ...(unfinished === undefined
        ? {}
        : {
            resume: { run: unfinished.run.runId, ...unfinished.resume },
            onResume: (decisions) => tellDecisions(unfinished.run, decisions),
          }),
    })
    progress.end()
    if (target === standardPath) {
      printMessage(`${describeReport(report)}\n`)
      return
    }
    if (json) {
      printJson(report)
      return
    }
    const examples = await answerExamples(
      files,
      { path: target, ...delimited },
      taken.length === 0 ? (columns ?? []) : (columns ?? []).filter((column) => !taken.includes(column)),
      new FilePrompt(prompt, columns ?? []).variables,
      outputWidth(),
    )
    print(`${[describeReport(report), ...examples].join('\n')}\n`)
  } finally {
    progress.end()
    await project.dispose()
    await files.dispose()
  }
}

/** The options in a form that means the same from another folder, and after a change of the file of the schema. */
async function repeatable(options: EnrichCommandOptions, target: string): Promise<FileQuestion['options']> {
  const { config, verbose, json, overwrite, schema, model, ...others } = options
  const settings = {
    ...others,
    // A limited run writes beside the whole output, also when it is continued.
    to: target,
    schema: schema && JSON.stringify(await readSchema(schema)),
    model: model && existsSync(model) ? resolve(model) : model,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
