import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cliError } from '../errors.js'

/** What this command uses of the testkit, which is optional. */
export interface Testkit {
  operatorSuite(definition: object, options: object): object
  runSuite(suite: object): Promise<readonly { readonly name: string; readonly error: unknown }[]>
}

const testkit = '@maestro-dataflow/testkit'

/** Imports the testkit of the project, or else the one that is installed beside this command. @throws MAESTRO_CLI_PLUGINS_MISSING */
export async function importTestkit(directory: string): Promise<Testkit> {
  for (const from of [join(directory, 'package.json'), import.meta.filename]) {
    const path = resolveFrom(from)
    if (path !== undefined) return (await import(pathToFileURL(path).href)) as Testkit
  }
  throw cliError('MAESTRO_CLI_PLUGINS_MISSING', { plugins: [testkit], directory })
}

function resolveFrom(from: string): string | undefined {
  try {
    return createRequire(from).resolve(testkit)
  } catch {
    return undefined
  }
}
