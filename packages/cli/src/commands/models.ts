import { examples, globalOptions, type Register } from './command.js'

interface JsonOption {
  readonly json?: boolean
}

/** `maestro models` */
export const register: Register = (program, exit) => {
  const models = program
    .command('models')
    .description('the embedded models: which there are, fetch one, and where its file is')
    .addHelpText('after', examples('maestro models list', 'maestro models pull smollm2-135m-instruct'))
  models
    .command('list [provider]')
    .description(
      'the embedded models, and which are here; or the models of a provider with prices, context lengths, and retirement dates',
    )
    .summary('the embedded models, or those of a provider with their prices')
    .option('--json', 'print them, or the error, as JSON')
    .addHelpText('after', examples('maestro models list', 'maestro models list anthropic --json'))
    .action(async (provider: string | undefined, options: JsonOption) => {
      const { listModels } = await import('../models-command.js')
      await listModels(provider, { ...options, ...globalOptions(program) })
    })
  models
    .command('pull <name>')
    .description('fetch a model: by its name, or hf:OWNER/REPOSITORY[/FILE] of the Hugging Face hub')
    .option('--json', 'print its path, or the error, as one JSON object')
    .addHelpText('after', examples('maestro models pull smollm2-135m-instruct'))
    .action(async (name: string, options: JsonOption) => {
      const { pullModel } = await import('../models-command.js')
      exit(await pullModel(name, { ...options, ...globalOptions(program) }))
    })
  models
    .command('path <name>')
    .description('print where the file of a model is')
    .option('--json', 'print its path, or the error, as one JSON object')
    .addHelpText('after', examples('maestro models path smollm2-135m-instruct'))
    .action(async (name: string, options: JsonOption) => {
      const { modelPath } = await import('../models-command.js')
      await modelPath(name, { ...options, ...globalOptions(program) })
    })
}
