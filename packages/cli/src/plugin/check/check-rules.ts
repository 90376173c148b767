import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageEntry } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from '../../doctor/check.js'

/** The part of the testkit that is used here. It belongs to the package that is checked, so its version fits. */
interface Testkit {
  pluginSuite(plugin: unknown, options?: object): object
  runSuite(suite: object): Promise<readonly { readonly name: string; readonly error?: unknown }[]>
}

/**
 * Checks the rules that hold for every plugin, with the testkit of the package: names, descriptions, options, and that
 * its import changes nothing.
 */
export async function checkRules(folder: string): Promise<readonly Check[]> {
  const name = 'rules'
  let testkit: string
  try {
    testkit = createRequire(join(folder, 'package.json')).resolve('@maestro-dataflow/testkit')
  } catch {
    const hint = 'Install the testkit: npm install --save-dev @maestro-dataflow/testkit'
    return [{ name, status: 'warn', message: 'not checked, because the testkit is not installed', hint }]
  }
  try {
    const { pluginSuite, runSuite } = (await import(pathToFileURL(testkit).href)) as Testkit
    const { default: exported } = (await import(await packageEntry(folder))) as { default: { default?: unknown } }
    const outcomes = await runSuite(pluginSuite(exported.default ?? exported))
    return outcomes.map(({ name: rule, error }) =>
      error === undefined ? { name, status: 'ok', message: rule } : failedRule(rule, error),
    )
  } catch (error) {
    return [failed(name, error)]
  }
}

function failedRule(rule: string, error: unknown): Check {
  const reason = error instanceof Error ? error.message : String(error)
  return { name: 'rules', status: 'fail', message: `${rule}\n${reason.trim()}` }
}
