import { basename } from 'node:path'
import { renderTypesFile, typesFileName } from '@maestro-dataflow/core/runtime'
import type { ModelProvider } from '../models/model-providers.js'
import { packageJson } from './package-json.js'
import { config, plainConfig, providerConfig, ragConfig } from './templates/config.js'
import { helloPipeline, plainPipeline, reviews } from './templates/hello.js'
import { answersPipeline, handbook, indexPipeline, questions } from './templates/rag.js'
import { ragReadme, readme } from './templates/readme.js'
import { gitignore, tsconfig } from './templates/settings.js'

/** The kinds of projects: without AI, with a language model, and with a knowledge base. */
export const projectTemplates = ['plain', 'ai', 'rag'] as const
/** The kind of a new project. */
export type ProjectTemplate = (typeof projectTemplates)[number]

const plugins: Readonly<Record<ProjectTemplate, readonly string[]>> = {
  plain: ['@maestro-dataflow/plugin-fs'],
  ai: ['@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-local'],
  rag: [
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-fs',
    '@maestro-dataflow/plugin-lance',
    '@maestro-dataflow/plugin-local',
  ],
}

const servings: Readonly<Record<ProjectTemplate, Readonly<Record<string, string>>>> = {
  plain: {},
  ai: { default: 'local.chat' },
  rag: { default: 'local.chat', embedder: 'local.embeddings' },
}

/** The files of a new project: their contents by path. */
export function projectFiles(project: {
  readonly directory: string
  readonly template: ProjectTemplate
  /** The provider of the model in the template `ai`, if it is not the embedded one. */
  readonly provider?: ModelProvider | undefined
  /** Whether files that end in .ts are CommonJS here. The modules of the project then end in .mts. */
  readonly commonJs: boolean
}): ReadonlyMap<string, string> {
  const { directory, template, provider, commonJs } = project
  const modules = provider === undefined ? plugins[template] : [...plugins.ai.slice(0, -1), provider.plugin].sort()
  const ending = commonJs ? 'mts' : 'ts'
  const types = renderTypesFile({
    modules,
    definitions: [],
    servings: provider === undefined ? servings[template] : { default: provider.serving.use },
    vectorStores: template === 'rag' ? { kb: 'lance.vectors' } : {},
    storages: {},
    // The plugins are not installed yet; the first command in the project adds the names of their contributions.
    contributed: undefined,
  })
  return new Map([
    ['package.json', packageJson(directory, modules, template, provider?.packages)],
    ...contentsOf(template, basename(directory), ending, provider),
    ['tsconfig.json', tsconfig],
    ['.gitignore', gitignore],
    [typesFileName, types],
  ])
}

/** What a template does: its config, its pipelines, their input, and the page that explains them. */
function contentsOf(
  template: ProjectTemplate,
  name: string,
  ending: 'ts' | 'mts',
  provider: ModelProvider | undefined,
): readonly [string, string][] {
  if (template === 'rag')
    return [
      [`maestro.config.${ending}`, ragConfig],
      [`pipelines/index.${ending}`, indexPipeline],
      [`pipelines/answers.${ending}`, answersPipeline],
      ...handbook,
      ['data/questions.csv', questions],
      ['README.md', ragReadme(name, ending)],
    ]
  const plain = template === 'plain'
  return [
    [`maestro.config.${ending}`, plain ? plainConfig : provider === undefined ? config : providerConfig(provider)],
    [`pipelines/hello.${ending}`, plain ? plainPipeline : helloPipeline],
    ['data/hello.csv', reviews],
    ['README.md', readme(name, plain, ending)],
  ]
}
