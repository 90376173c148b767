import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { coreVersion } from '../../plugins/core-version.js'
import { type FingerprintContext, type FingerprintParts, hashOf, partsOfStep } from '../durability/stage-fingerprint.js'
import type { RunEnvironment } from '../run-environment.js'

/** What the results of some steps depend on besides the rows: what a worker has to find as well. */
export function partsOfTask(
  steps: readonly CompiledStep[],
  params: unknown,
  { describeServing, pluginOf, versionOf }: Pick<RunEnvironment, 'describeServing' | 'pluginOf' | 'versionOf'>,
): FingerprintParts {
  const context: Pick<FingerprintContext, 'others' | 'describeServing'> = { others: new Map(), describeServing }
  const plugins = steps.flatMap(({ definition, planned }) =>
    definition === undefined ? [] : (pluginOf('operators', planned.use) ?? []),
  )
  return {
    'the version of MaestroDataflow': coreVersion(),
    // What JavaScript knows of languages, time zones, and Unicode comes with it.
    'the major version of Node.js': String(Number.parseInt(process.versions.node, 10)),
    ...Object.fromEntries(plugins.map((name) => [`the plugin ${name}`, versionOf(name) ?? 'no version'])),
    'the parameters': hashOf(params ?? {}),
    ...Object.assign({}, ...steps.map((step) => partsOfStep(step, context))),
  }
}
