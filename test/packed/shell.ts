import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { inject } from 'vitest'

/** Runs the lines of a reader's shell. */
export type Shell = (lines: string) => Promise<{ readonly code: number | null; readonly output: string }>

/** A shell in a folder. The registry is the only thing that differs from a reader's machine. */
export function shellIn(folder: string): Shell {
  const registry = inject('registry')
  const { CI: _ci, FORCE_COLOR: _force, ...inherited } = process.env
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    NO_COLOR: '1',
    npm_config_registry: registry.url,
    npm_config_cache: registry.cache,
    npm_config_yes: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
  for (const name of Object.keys(env)) if (/^(VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name)) delete env[name]
  return (lines) =>
    new Promise((resolve, reject) => {
      const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${lines}`], { cwd: folder, env })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output }))
    })
}
