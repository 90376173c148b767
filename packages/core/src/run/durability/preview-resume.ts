import { join } from 'node:path'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import type { ResumeOptions } from '../run.js'
import type { RunEnvironment } from '../run-environment.js'
import { identifyInput, identifyOthers } from '../source/identify-input.js'
import { openSource } from '../source/open-source.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'
import { decideStages, type StageDecision } from './decide-stages.js'
import { readRunState } from './run-state.js'
import { fingerprintStages } from './stage-fingerprint.js'

/** What a resumption would do with each stage. It reads the files of the run and changes nothing. */
export function previewResume(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  { run, fullHash, ...resume }: ResumeOptions,
  { limit }: { readonly limit?: number | undefined },
): Promise<readonly StageDecision[]> {
  return inTemporaryFolder(async (runDirectory) => {
    const { directory, allowOutside, allowPrivateAddresses, logger, stateDirectory, describeServing } = environment
    const { signal } = new AbortController()
    const context = { directory, allowOutside, allowPrivateAddresses, logger, signal, runDirectory }
    const reader = await openSource(compiled, context)
    const isFull = fullHash ?? readRunState(join(stateDirectory, 'runs', run)).fullHash ?? false
    const input = await identifyInput(compiled.source.node, reader, isFull)
    const others = await identifyOthers(compiled, isFull)
    const parts = fingerprintStages(compiled, { input, others, limit, describeServing })
    return decideStages(join(stateDirectory, 'runs', run), compiled.plan.stages, parts, resume)
  })
}
