import { cancel, confirm, intro, isCancel, outro, select, text } from '@clack/prompts'
import { type ProjectTemplate, projectTemplates } from 'maestro-dataflow/init'
import { type PluginKind, pluginKinds } from './plugin/plugin-kinds.js'

/** What is to be made. */
export type Wish = { readonly template: ProjectTemplate } | { readonly plugin: PluginKind }

/** What the command line already says. */
export interface Given {
  readonly folder: string | undefined
  readonly wish: Wish | undefined
  readonly install: boolean | undefined
}

/** Everything that was decided. */
export interface Answers {
  readonly folder: string
  readonly wish: Wish
  readonly install: boolean
}

const projectSummaries: Readonly<Record<ProjectTemplate, string>> = {
  plain: 'a project without AI',
  ai: 'a project with a language model',
  rag: 'a project with a knowledge base',
}

/** Asks on the terminal for what the command line leaves open. @returns undefined if the user stops */
export async function ask(given: Given): Promise<Answers | undefined> {
  intro('MaestroDataflow')
  const wish = given.wish ?? (await askWish())
  if (isCancel(wish)) return stopped()
  const placeholder = 'template' in wish ? 'my-project' : `maestro-plugin-my-${wish.plugin}`
  const folder = given.folder ?? (await text({ message: 'In which folder?', placeholder, defaultValue: placeholder }))
  if (isCancel(folder)) return stopped()
  const install = given.install ?? (await confirm({ message: 'Run npm install in it?' }))
  if (isCancel(install)) return stopped()
  outro(`Making it in ${folder}`)
  return { folder, wish, install }
}

function askWish(): Promise<Wish | symbol> {
  return select<Wish>({
    message: 'What do you want to make?',
    options: [
      ...projectTemplates.map((template) => ({ value: { template }, label: projectSummaries[template] })),
      ...(Object.keys(pluginKinds) as PluginKind[]).map((plugin) => ({
        value: { plugin },
        label: `a plugin with ${pluginKinds[plugin].summary}`,
      })),
    ],
  })
}

function stopped(): undefined {
  cancel('Nothing was written.')
}
