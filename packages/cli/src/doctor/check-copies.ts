import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { DiscoveredPlugin } from '@maestro-dataflow/core/runtime'
import { shownPath } from '../describe-report.js'
import type { Check } from './check.js'

const core = '@maestro-dataflow/core'

/** Checks whether this command, the project, and its plugins share one copy of core. It returns nothing if they do. */
export function checkCopies(directory: string, plugins: readonly DiscoveredPlugin[]): readonly Check[] {
  const users = [
    { user: 'this command', from: import.meta.filename },
    { user: 'the project', from: join(directory, 'package.json') },
    ...plugins.flatMap(({ name, path, origin }) =>
      path === undefined ? [] : [{ user: name, from: origin === 'file' ? path : join(path, 'package.json') }],
    ),
  ]
  const copies = Map.groupBy(
    users.flatMap(({ user, from }) => {
      const copy = copyFor(from)
      return copy === undefined ? [] : [{ user, copy }]
    }),
    ({ copy }) => copy,
  )
  if (copies.size < 2) return []
  const places = [...copies].map(([copy, of]) => `${shownPath(copy)}, used by ${of.map(({ user }) => user).join(', ')}`)
  return [
    {
      name: 'copies',
      status: 'warn',
      message: [`${copies.size} copies of ${core} are installed:`, ...places].join('\n'),
      hint: `Give them one version: see \`npm ls ${core}\`, put the same version of all @maestro-dataflow packages into package.json, and run \`npm dedupe\`.`,
    },
  ]
}

/** The folder of the copy that a file imports, or undefined if the file finds none. */
function copyFor(file: string): string | undefined {
  try {
    return dirname(realpathSync(createRequire(realpathSync(file)).resolve(`${core}/package.json`)))
  } catch {
    return undefined
  }
}
