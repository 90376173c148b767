import { relative, sep } from 'node:path'
import { realPath, type SinkTarget, type StorageCheckContext } from '@maestro-dataflow/core'

/** Tools run what hidden folders contain (`.git/hooks`, `.github/workflows`), and hidden files configure them. */
const folders = /^(\..+|node_modules)$/i
const files =
  /^(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-(lock|workspace)\.yaml|bun\.lockb?|lerna\.json|(maestro|vite|vitest|eslint|prettier|rollup|webpack|jest)\.config\.\w+|maestro-env\.d\.ts|tsconfig[\w.-]*\.json|makefile|dockerfile|\..+)$/i

/**
 * Whether a path belongs to the project itself, such as its config, its pipelines, its packages, or its version history.
 * Symbolic links are followed.
 */
export function isProjectFile(
  path: string,
  { directory, projectFiles }: Pick<StorageCheckContext & SinkTarget, 'directory' | 'projectFiles'>,
): boolean {
  const real = realPath(path)
  if (projectFiles?.has(real) === true) return true
  const parts = relative(realPath(directory), real).split(sep)
  const name = parts.at(-1) ?? ''
  return parts.some((part) => part !== '..' && folders.test(part)) || files.test(name)
}
