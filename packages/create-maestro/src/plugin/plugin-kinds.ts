import type { PluginManifest } from '@maestro-dataflow/core'

/** What distinguishes the package of one kind of plugin. In texts, `acme` stands for the prefix of the plugin. */
export interface PluginKindFacts {
  /** One line for the dialogue. */
  readonly summary: string
  /** The manifest without `apiVersion`. */
  readonly manifest: Omit<PluginManifest, 'apiVersion'>
}

/** The kinds of plugins that can be made. */
export const pluginKinds = {
  operator: {
    summary: 'an operator, which changes rows',
    manifest: { contributes: { operators: { 'acme.shorten': 'Cuts a text after a number of characters' } } },
  },
  prompt: {
    summary: 'a prompt, which pipelines select by its name',
    manifest: { contributes: { prompts: { 'acme.reply': 'Asks for a short reply to a text' } } },
  },
  serving: {
    summary: 'a serving, which asks the models of a provider',
    manifest: {
      contributes: { servings: { 'acme.chat': 'A chat model behind an HTTP API' } },
      permissions: { hosts: ['api.acme.example'], env: ['ACME_API_KEY'] },
    },
  },
  storage: {
    summary: 'a storage, which reads and writes rows',
    manifest: {
      contributes: { storages: { 'acme.file': 'A file with a name and a value in each line: name=value' } },
      permissions: { paths: ['the file of the option `path`'] },
    },
  },
  'vector-store': {
    summary: 'a vector store, which searches by similarity',
    manifest: {
      contributes: { vectorStores: { 'acme.vectors': 'Vectors in one JSON file, searched exactly' } },
      permissions: { paths: ['the file of the option `path`'] },
    },
  },
  executor: {
    summary: 'an executor, which runs the partitions of a stage',
    manifest: { contributes: { executors: { 'acme.pool': 'Runs several partitions at once in this process' } } },
  },
  observer: {
    summary: 'an observer, which watches runs',
    manifest: { startup: true, permissions: { paths: ['the file of the option `path`'] } },
  },
} as const satisfies Readonly<Record<string, PluginKindFacts>>

/** A kind of plugin that `create-maestro` can create. */
export type PluginKind = keyof typeof pluginKinds
