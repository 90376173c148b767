import { Option } from 'commander'
import { examples, type Register } from './command.js'

interface InitOptions {
  readonly yes?: boolean
  readonly plain?: boolean
  readonly rag?: boolean
  readonly provider?: string
  readonly install?: boolean
  readonly json?: boolean
}

/** `maestro init` */
export const register: Register = (program) => {
  program
    .command('init [folder]')
    .description('make a working project: config, a pipeline with some rows, settings for TypeScript and git')
    .option(
      '--yes',
      'go on in a folder that has some of the files; those are kept as they are (a package.json is always completed)',
    )
    .option('--plain', 'without AI: no model and no AI plugin')
    .addOption(new Option('--rag', 'with a knowledge base that answers questions from documents').conflicts('plain'))
    .addOption(
      new Option(
        '--provider <name>',
        'with a model of this provider, such as anthropic, instead of the embedded one',
      ).conflicts(['plain', 'rag']),
    )
    .option('--install', 'run npm install in it too')
    .option('--json', 'print what was written, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro init my-project',
        'maestro init --plain',
        'maestro init --provider anthropic',
        'maestro init . --yes',
      ),
    )
    .action(async (folder: string | undefined, { plain, rag, ...options }: InitOptions) => {
      const { init } = await import('../init-command.js')
      await init(folder ?? '.', { ...options, template: plain === true ? 'plain' : rag === true ? 'rag' : 'ai' })
    })
}
