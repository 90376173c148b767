import { relative, sep } from 'node:path'
import { realPath } from '@maestro-dataflow/core'

/** Tools run what hidden folders contain (`.git/hooks`, `.github/workflows`), and hidden files configure them. */
const folders = /^(\..+|node_modules)$/i
const files =
  /^(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-(lock|workspace)\.yaml|bun\.lockb?|lerna\.json|(maestro|vite|vitest|eslint|prettier|rollup|webpack|jest)\.config\.\w+|maestro-env\.d\.ts|tsconfig[\w.-]*\.json|makefile|dockerfile|\..+)$/i

/**
 * Whether a path belongs to the project itself, such as its config, its packages, or its version history. Symbolic links
 * are followed.
 */
export function isProjectFile(path: string, directory: string): boolean {
  const parts = relative(realPath(directory), realPath(path)).split(sep)
  const name = parts.at(-1) ?? ''
  return parts.some((part) => part !== '..' && folders.test(part)) || files.test(name)
}
