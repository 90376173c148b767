import { coreRangeOf, coreVersion, otherCore } from '@maestro-dataflow/core/runtime'
import type { Check } from '../../doctor/check.js'
import type { PackageJson } from './package-json.js'

/** Whether a package states the versions of core for which it is made, and leaves the choice to the project. */
export async function checkVersions(manifest: PackageJson): Promise<Check> {
  const name = 'core'
  const core = '@maestro-dataflow/core'
  const range = coreRangeOf(manifest)
  if (manifest.dependencies?.[core] !== undefined) {
    const hint = `Move ${core} to peerDependencies and devDependencies, so that the plugin shares the copy of the project.`
    return { name, status: 'fail', message: `${core} is a dependency`, hint }
  }
  const [major = 0, minor = 0] = coreVersion().split('.').map(Number)
  if (range === undefined) {
    const hint = `Add it: "peerDependencies": { "${core}": ">=${major}.${minor}.0 <${major + 1}.0.0" }`
    return { name, status: 'fail', message: `no peer dependency on ${core}`, hint }
  }
  const other = await otherCore(range)
  if (other !== undefined)
    return { name, status: 'fail', message: other, hint: 'Widen the range, or test with a version in it.' }
  return { name, status: 'ok', message: `made for ${range}, tested with ${coreVersion()}` }
}
