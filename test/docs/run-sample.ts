import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sample } from './read-page.js'

const bin = join(import.meta.dirname, '../../node_modules/.bin')

/** What a sample printed, standard error included, and its exit code. */
export interface Printed {
  readonly text: string
  readonly code: number
}

/** Runs a sample in its folder: shell lines by bash, TypeScript by the Node of this repository. */
export function runSample(sample: Sample, folder: string): Promise<Printed> {
  const script = sample.language === 'sh' ? sample.text : `node ${sample.file}`
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' }
  for (const name of Object.keys(env)) if (/^(CI|NODE_|VITEST|FORCE_COLOR|npm_)/.test(name)) delete env[name]
  // Hundreds of samples load the same packages. The command itself uses this folder too.
  env.NODE_COMPILE_CACHE = join(tmpdir(), 'node-compile-cache')
  return new Promise((resolve, reject) => {
    // A group of its own, so that a sample that hangs can be ended with all that it has started.
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], {
      cwd: folder,
      env,
      detached: true,
    })
    const end = setTimeout(
      () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'),
      sample.model ? 240_000 : 60_000,
    )
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(end)
      resolve({ text, code: code ?? -1 })
    })
  })
}

/**
 * Whether lines occur in what was printed. `...` stands for any text within a line, and alone for any lines.
 * Lines follow one another as in the sample; spaces at their ends do not count.
 */
export function occursIn(expected: string, printed: string): boolean {
  const lines = expected.trimEnd().split('\n')
  const pattern = lines.map((line) =>
    line.trim() === '...' ? '(?:.*\\n)*?' : `${line.trimEnd().split('...').map(escapeForRegExp).join('.*')}[ \\t]*\\n`,
  )
  return new RegExp(`^${pattern.join('')}`, 'm').test(`${printed.trimEnd()}\n`)
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
