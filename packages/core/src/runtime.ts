/** The part of MaestroDataflow that runs pipelines. */

export { createMemoryCache, type MemoryCacheOptions } from './builtin/memory-cache.js'
export {
  createProcessesExecutor,
  createThreadsExecutor,
  type StepHostSettings,
} from './builtin/step-hosts/step-executors.js'
export type { ResolvedConfig } from './config/resolved-config.js'
export type { ComponentFault } from './container/configured-components.js'
export { contributionNouns } from './contracts/contribution-kinds.js'
export type { InferenceSettings, InferredColumn, InferredSource } from './infer-source.js'
export { Maestro, type MaestroOptions, maestro, openProject } from './maestro.js'
export { openSteps } from './open-steps.js'
export { findPipeline, loadPipeline, pipelineFiles, pipelineName } from './pipeline/load-pipeline.js'
export type { Contribution } from './plugins/contribution.js'
export { coreRangeOf, coreVersion, otherCore } from './plugins/core-version.js'
export type { DiscoveredPlugin } from './plugins/discover-plugins.js'
export { officialPluginOf, officialPlugins } from './plugins/known-plugins.js'
export { packageEntry } from './plugins/package-entry.js'
export { type PackageManifest, readPackageManifest, writePackageManifest } from './plugins/package-manifest.js'
export {
  type AcceptedPlugin,
  acceptPlugins,
  changesSince,
  type PermissionLock,
  permissionLines,
  permissionLockName,
  readPermissionLock,
} from './plugins/permission-lock.js'
export { type ColumnFault, columnFault } from './run/checks/column-fault.js'
export type { StageDecision } from './run/durability/decide-stages.js'
export { type Failpoint, installFailpoints } from './run/durability/failpoints.js'
export type { Holder } from './run/durability/lease.js'
export { type PartitionSize, setPartitionSize } from './run/durability/partition-size.js'
export {
  type FileQuestion,
  isResumable,
  type RunCommand,
  readRunState,
  type UnfinishedRun,
} from './run/durability/run-state.js'
export { type StageLeft, stagesLeft } from './run/durability/stages-left.js'
export type { CallFact, Fact } from './run/ledger/facts.js'
export { LedgerReader, type RowTrail, type StageFact } from './run/ledger/read-ledger.js'
export type { Preview, PreviewStep } from './run/preview-pipeline.js'
export { type ChangedRow, diffRuns, type RowCalls, type RunDifference } from './run/record/diff-runs.js'
export { type DroppedRows, type DropReason, droppedRows } from './run/record/dropped-rows.js'
export { exportRows, importRows, type RowEdits } from './run/record/edit-rows.js'
export { explainRow, type RowExplanation, type RowOutcome, type RowStop } from './run/record/explain-row.js'
export type { ColumnProfile, ProfileBin } from './run/record/profile-rows.js'
export { type PrunedRun, type PruneOptions, pruneFinishedRuns } from './run/record/prune-runs.js'
export type { SampledRow, SavedSamples } from './run/record/row-samples.js'
export {
  overviewOf,
  type RejectOverview,
  type RequestOverview,
  type RunOverview,
  type StepOverview,
} from './run/record/run-overview.js'
export { findRun, listRuns, RunRecord, type RunStatus, type RunSummary } from './run/record/run-record.js'
export { writeWholeFile } from './run/record/write-whole-file.js'
export type { ResumeOptions } from './run/run.js'
export type { RejectLine } from './run/state/journal.js'
export { MemoryStorage } from './run/state/memory-storage.js'
export { readStepFile, StepFileWriter } from './run/state/step-file.js'
export type { RunSettings } from './run-settings.js'
export type { AskedQuestion, AskOptions, TypedAskOptions } from './serving/ask.js'
export { retriesOf } from './serving/retries-of.js'
export { type ExportedDefinition, type ProjectTypes, projectTypes } from './types-file/project-types.js'
export { renderTypesFile, typesFileMark, typesFileName } from './types-file/render-types-file.js'
