import { relative, sep } from 'node:path'

const folders = new Set(['.git', '.maestro', 'node_modules'])
const files =
  /^(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|maestro\.config\.\w+|maestro-env\.d\.ts|tsconfig[\w.-]*\.json|\.env(\..+)?|\.(npmrc|gitignore|gitattributes|gitmodules))$/i

/** Whether a path belongs to the project itself, such as its config, its packages, or its version history. */
export function isProjectFile(path: string, directory: string): boolean {
  const parts = relative(directory, path).split(sep)
  const name = parts.at(-1) ?? ''
  return parts.some((part) => folders.has(part.toLowerCase())) || files.test(name)
}
