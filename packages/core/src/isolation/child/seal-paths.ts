import fs from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refusal, replace } from './take.js'

const apply = Reflect.apply

/** `realpathSync` asks no permission, and would tell which paths exist. */
export function sealPaths(): void {
  const { permission } = process
  const has = permission.has.bind(permission)
  replace(fs, 'realpathSync', (right) =>
    Object.assign(
      (given: unknown, ...options: unknown[]) => {
        const path = resolve(given instanceof URL ? fileURLToPath(given) : String(given))
        if (!has('fs.read', path)) throw refusal(`read ${path}`)
        return apply(right, fs, [path, ...options])
      },
      { native: fs.realpathSync.native },
    ),
  )
}
