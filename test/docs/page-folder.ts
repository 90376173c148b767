import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
/** What a reader's project has besides the packages. */
const installed = ['@langchain', '@opentelemetry', '@types', 'vitest', 'zod']

/** A project folder as a reader would have it: the packages of this repository are installed, by links. */
export function createPageFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-docs-')))
  for (const name of installed) link(folder, name, join(root, 'node_modules', name))
  for (const name of readdirSync(join(root, 'packages'))) {
    const path = join(root, 'packages', name)
    link(folder, JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).name, path)
  }
  writeSample(folder, 'package.json', '{ "private": true, "type": "module" }\n')
  return folder
}

/** Writes a sample into its folder. */
export function writeSample(folder: string, file: string, text: string): void {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function link(folder: string, name: string, target: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}
