import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { declarationOf } from './type-entries.js'

/** The interfaces of core that hold definitions, by the kind of contribution. */
export const definitionRegistries = { operators: 'Operators', prompts: 'Prompts', storages: 'Storages' } as const
export type DefinitionKind = keyof typeof definitionRegistries

/** A definition that a module exports with its type. */
export interface DeclaredDefinition {
  readonly kind: DefinitionKind
  readonly name: string
  readonly exportName: string
}

const kinds: Readonly<Record<string, DefinitionKind>> = {
  Operator: 'operators',
  Prompt: 'prompts',
  Storage: 'storages',
}

const comment = /\/\*[\s\S]*?\*\//g
const constant =
  /^\s*(export )?declare const ([\w$]+):\s*(?:import\("[^"]*"\)\.|[\w$]+\.)?(Operator|Prompt|Storage)Definition<\s*"([^"]+)"/gm
const importList = /\bimport\s*(?:type\s*)?\{([^}]*)\}\s*from\s*['"](\.[^'"]*)['"]/g
const exportList = /\bexport\s*\{([^}]*)\}(?:\s*from\s*['"]([^'"]*)['"])?/g
const exportAll = /\bexport\s*\*\s*from\s*['"](\.[^'"]*)['"]/g

/**
 * The definitions that a declaration file exports, itself or from others that it names by path, as `defineOperator`,
 * `definePrompt` and `defineStorage` type them. The file is read as text: no code of a package runs.
 */
export async function declaredDefinitions(
  file: string,
  seen: ReadonlySet<string> = new Set(),
): Promise<readonly DeclaredDefinition[]> {
  if (seen.has(file)) return []
  const text = (await readFile(file, 'utf8')).replaceAll(comment, '')
  const within = new Set([...seen, file])
  const from = async (path: string) => {
    const target = declarationOf(resolve(dirname(file), path))
    return target === undefined ? [] : declaredDefinitions(target, within)
  }
  const local = new Map<string, DeclaredDefinition>()
  const exported: DeclaredDefinition[] = []
  for (const [, isExported, exportName = '', type = '', name = ''] of text.matchAll(constant)) {
    const definition = { kind: kinds[type] ?? 'operators', name, exportName }
    if (isExported === undefined) local.set(exportName, definition)
    else exported.push(definition)
  }
  for (const [, list = '', path = ''] of text.matchAll(importList))
    for (const one of renamed(await from(path), list)) local.set(one.exportName, one)
  for (const [, list = '', path] of text.matchAll(exportList)) {
    if (path === undefined) exported.push(...renamed([...local.values()], list))
    else if (path.startsWith('.')) exported.push(...renamed(await from(path), list))
  }
  for (const [, path = ''] of text.matchAll(exportAll)) exported.push(...(await from(path)))
  return exported
}

/** The definitions that a list such as `a, b as c` names, under their new names. */
function renamed(definitions: readonly DeclaredDefinition[], list: string): readonly DeclaredDefinition[] {
  return list.split(',').flatMap((item) => {
    const [name = '', exportName = name] = item.trim().split(/\s+as\s+/)
    return definitions.filter((one) => one.exportName === name).map((one) => ({ ...one, exportName }))
  })
}
