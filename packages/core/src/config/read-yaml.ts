/** Reads YAML with the reader that the config search uses. @throws the reader's error, with line and column */
export async function readYaml(path: string, text: string): Promise<unknown> {
  const { defaultLoaders } = await import('cosmiconfig')
  return defaultLoaders['.yaml'](path, text)
}
