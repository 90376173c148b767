import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../../..')
const bin = join(import.meta.dirname, '../../bin/create-maestro.js')

/** A temporary folder in which the packages of this repository are installed. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-create-')))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

/** The result of a finished process. */
export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end, without a terminal. */
export function run(cwd: string, program: string, ...parameters: readonly string[]): Promise<Finished> {
  return follow(spawn(program, parameters, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** Runs `create-maestro`. */
export function create(cwd: string, ...parameters: readonly string[]): Promise<Finished> {
  return run(cwd, process.execPath, bin, ...parameters)
}

/** Runs `create-maestro` on a terminal. Each answer is typed when its question is on the screen. */
export function createOnTerminal(
  cwd: string,
  parameters: readonly string[],
  answers: readonly (readonly [question: string, keys: string])[],
): Promise<Finished> {
  const command = [process.execPath, bin, ...parameters].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols 90 rows 24; ${command}`, '/dev/null'], {
    cwd,
    env: { ...environment(), TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const waiting = [...answers]
  return follow(child, (output) => {
    const [question, keys] = waiting[0] ?? []
    if (question === undefined || !output.includes(question)) return
    waiting.shift()
    child.stdin.write(keys)
  })
}

function environment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, CI: _ci, VITEST: _vitest, NODE_OPTIONS: _options, ...inherited } = process.env
  return { ...inherited, NO_COLOR: '1', PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
}

function follow(child: ReturnType<typeof spawn>, onOutput: (output: string) => void = () => undefined) {
  return new Promise<Finished>((resolve, reject) => {
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
        onOutput(output)
      })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
