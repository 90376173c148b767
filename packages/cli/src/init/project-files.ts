import { basename } from 'node:path'
import { renderTypesFile, typesFileName } from '@maestro-dataflow/core/runtime'
import { packageJson } from './package-json.js'
import { config, plainConfig } from './templates/config.js'
import { helloPipeline, plainPipeline, reviews } from './templates/hello.js'
import { readme } from './templates/readme.js'
import { gitignore, tsconfig } from './templates/settings.js'

const plainPlugins = ['@maestro-dataflow/plugin-fs']
const aiPlugins = ['@maestro-dataflow/plugin-ai', ...plainPlugins, '@maestro-dataflow/plugin-local']

/** The files of a new project: their contents by path. */
export function projectFiles(project: {
  readonly directory: string
  /** Whether the project does without AI. */
  readonly plain: boolean
  /** Whether files that end in .ts are CommonJS here. The modules of the project then end in .mts. */
  readonly commonJs: boolean
}): ReadonlyMap<string, string> {
  const { directory, plain, commonJs } = project
  const ending = commonJs ? 'mts' : 'ts'
  const plugins = plain ? plainPlugins : aiPlugins
  const types = renderTypesFile({
    modules: plugins,
    definitions: [],
    servings: plain ? {} : { default: 'local.chat' },
    vectorStores: {},
    storages: {},
    // The plugins are not installed yet; the first command in the project adds the names of their contributions.
    contributed: undefined,
  })
  return new Map([
    ['package.json', packageJson(directory, plugins, plain)],
    [`maestro.config.${ending}`, plain ? plainConfig : config],
    [`pipelines/hello.${ending}`, plain ? plainPipeline : helloPipeline],
    ['data/hello.csv', reviews],
    ['tsconfig.json', tsconfig],
    ['.gitignore', gitignore],
    [typesFileName, types],
    ['README.md', readme(basename(directory), plain, ending)],
  ])
}
