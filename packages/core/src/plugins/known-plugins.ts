/** The official plugin of each prefix of contributions, for hints. */
const pluginByPrefix: Readonly<Record<string, string>> = {
  fs: '@maestro-dataflow/plugin-fs',
  db: '@maestro-dataflow/plugin-db',
  table: '@maestro-dataflow/plugin-table',
  ai: '@maestro-dataflow/plugin-ai',
  synth: '@maestro-dataflow/plugin-synth',
  text: '@maestro-dataflow/plugin-text',
  local: '@maestro-dataflow/plugin-local',
  openai: '@maestro-dataflow/plugin-openai',
  ollama: '@maestro-dataflow/plugin-ollama',
  'ai-sdk': '@maestro-dataflow/plugin-ai-sdk',
  langchain: '@maestro-dataflow/plugin-langchain',
  lance: '@maestro-dataflow/plugin-lance',
  bullmq: '@maestro-dataflow/plugin-bullmq',
  chroma: '@maestro-dataflow/plugin-chroma',
}

/** The official plugin that probably has a contribution with this name. */
export function officialPluginOf(name: string): string | undefined {
  const prefix = name.split('.', 1)[0] ?? ''
  return name.includes('.') && Object.hasOwn(pluginByPrefix, prefix) ? pluginByPrefix[prefix] : undefined
}

/** The names of the official plugins. The last one only observes, so that no contribution has its prefix. */
export const officialPlugins: readonly string[] = [...Object.values(pluginByPrefix), '@maestro-dataflow/plugin-otel']
