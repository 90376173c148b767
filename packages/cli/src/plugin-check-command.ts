import { resolve } from 'node:path'
import type { Check } from './doctor/check.js'
import { renderChecks } from './doctor/render-checks.js'
import { checkManifest } from './plugin/check/check-manifest.js'
import { checkPackedFiles } from './plugin/check/check-packed-files.js'
import { checkRules } from './plugin/check/check-rules.js'
import { checkVersions } from './plugin/check/check-versions.js'
import { packageJsonOf } from './plugin/check/package-json.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

/**
 * `maestro plugin check`: checks the package of a plugin before it is published. It imports the package.
 *
 * @returns the exit code: 1 if a check failed
 */
export async function checkPlugin(
  given: string,
  { write = false, json = false }: { readonly write?: boolean; readonly json?: boolean },
): Promise<number> {
  const folder = resolve(given)
  const manifest = await checkManifest(folder, write)
  const checks = [manifest, ...(manifest.status === 'ok' ? await otherChecks(folder) : [])]
  const ok = checks.every(({ status }) => status !== 'fail')
  if (json) printJson({ ok, checks }, 2)
  else print(renderChecks(checks, styleFor(process.stdout)))
  return ok ? 0 : 1
}

/** The checks of a package whose plugin can be loaded. */
async function otherChecks(folder: string): Promise<readonly Check[]> {
  const content = await packageJsonOf(folder)
  return [await checkVersions(content), ...(await checkPackedFiles(folder, content)), ...(await checkRules(folder))]
}
