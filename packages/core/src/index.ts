/**
 * The contracts of MaestroDataflow and the functions with which users define things. Importing this module performs no
 * work and loads no third-party code. `@maestro-dataflow/core/runtime` runs pipelines.
 */

export { type ByteSize, bytesOf } from './contracts/byte-size.js'
export {
  columnNames,
  isIndexName,
  needsColumnOrder,
  onlyColumns,
  rowFromEntries,
  rowWith,
  withColumnOrder,
} from './contracts/column-order.js'
export type { ComponentDefinition } from './contracts/component-definition.js'
export * from './contracts/component-types.js'
export {
  type EnvironmentValue,
  env,
  isEnvironmentValue,
  type ProcessesConfig,
  type RunConfig,
  type ThreadsConfig,
} from './contracts/config.js'
export { type Duration, millisecondsOf } from './contracts/duration.js'
export type * from './contracts/estimate.js'
export type * from './contracts/events.js'
export type * from './contracts/execution.js'
export { fromJsonNumber, hasType, isExactNumber } from './contracts/has-type.js'
export type * from './contracts/hooks.js'
export type * from './contracts/incremental.js'
export { parseIsoDate } from './contracts/iso-date.js'
export type { LineRequest } from './contracts/line-request.js'
export { LOGGER, type Logger, type LogLevel } from './contracts/logger.js'
export { numberedIds } from './contracts/numbered-ids.js'
export {
  assertPromptsAllowed,
  type ColumnEffects,
  Operator,
  type OperatorContext,
  type OperatorKind,
  type OperatorResult,
  type PromptClass,
  type RejectedRow,
  type RowFate,
  type RunOptions,
} from './contracts/operator.js'
export type {
  CheckContext,
  OperatorDefinition,
  OperatorNeeds,
  PromptOption,
  ServingNeed,
} from './contracts/operator-definition.js'
export type {
  BatchContext,
  FilterContext,
  FilterFunction,
  FlatMapContext,
  FlatMapFunction,
  MapBatchesFunction,
  MapFunction,
  TableFunction,
} from './contracts/operator-functions.js'
export type * from './contracts/parquet-output.js'
export { parseInteger } from './contracts/parse-integer.js'
export { parseJson } from './contracts/parse-json.js'
export { parseJsonRow } from './contracts/parse-json-row.js'
export type {
  FunctionStep,
  PipelineDefinition,
  SinkNode,
  SourceNode,
  StepNode,
  StepUse,
} from './contracts/pipeline-definition.js'
export type { InlineRowsSource } from './contracts/pipeline-source.js'
export type * from './contracts/plan.js'
export type * from './contracts/plugin.js'
export { PROJECT, type Project, type ProjectAccess } from './contracts/project.js'
export { Prompt, type PromptParts, type PromptVariables } from './contracts/prompt.js'
export type { PromptDefinition } from './contracts/prompt-definition.js'
export type * from './contracts/report.js'
export {
  type AnswerOrigin,
  type CacheDefinition,
  type CachedAnswer,
  type CacheEntry,
  type CacheExplanation,
  type CacheRecord,
  type CacheSelection,
  type CacheStats,
  type KeyParts,
  RESPONSE_CACHE,
  type ResponseCache,
} from './contracts/response-cache.js'
export {
  type Batch,
  type ColumnSet,
  type Columns,
  type ColumnType,
  type ColumnValue,
  columnTypes,
  type ForeignText,
  type Row,
  type RowId,
} from './contracts/row.js'
export { RowSource, type RowSourceAccess } from './contracts/row-source.js'
export type * from './contracts/row-storage.js'
export { rowsToInfer } from './contracts/rows-to-infer.js'
export {
  columnTypeOfJson,
  isSchema,
  type JsonSchema,
  type JsonSchemaSource,
  type Schema,
  type SchemaOutput,
} from './contracts/schema.js'
export type * from './contracts/serving.js'
export {
  SERVINGS,
  type ServingDefinition,
  type ServingPlace,
  type Servings,
} from './contracts/serving-definition.js'
export type * from './contracts/serving-settings.js'
export type * from './contracts/shared-limits.js'
export type * from './contracts/sink.js'
export type * from './contracts/source.js'
export type * from './contracts/step-workers.js'
export type * from './contracts/storage.js'
export type * from './contracts/storage-context.js'
export type * from './contracts/table-engine.js'
export {
  createToken,
  type Injected,
  type Provider,
  type ProviderScope,
  provide,
  type Token,
} from './contracts/token.js'
export {
  VECTOR_STORES,
  type VectorCallOptions,
  type VectorEntry,
  type VectorIndex,
  type VectorMatch,
  type VectorMetadata,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorSelection,
  type VectorStore,
  type VectorStoreDefinition,
  type VectorStores,
} from './contracts/vector-store.js'
export { ChatPrompt, type ChatTurn, chatPrompt } from './define/chat-prompt.js'
export { checkQueries, checkRecords, matchesFilter, type VectorFacts } from './define/check-vectors.js'
export {
  defineCache,
  defineExecutor,
  defineServing,
  defineSharedLimits,
  defineTableEngine,
  defineVectorStore,
} from './define/define-component.js'
export { defineConfig } from './define/define-config.js'
export { defineOperator } from './define/define-operator.js'
export { definePipeline, type PipelineData, type SinkData, type StepData } from './define/define-pipeline.js'
export { definePlugin, type Plugin } from './define/define-plugin.js'
export { definePrompt } from './define/define-prompt.js'
export { defineSink, defineSource, defineStorage } from './define/define-storage.js'
export * from './define/effects/column-types.js'
export {
  type EffectTypes,
  type FixedRow,
  type RowFunction,
  rowFunction,
  rowType,
} from './define/effects/effects.js'
export type { OptionValue, RowAfter } from './define/effects/row-after.js'
export type { Column, ColumnName, Flat, Only, Open, ValueOf, With, Without } from './define/effects/row-types.js'
export {
  type FewShotExample,
  type FewShotOptions,
  FewShotPrompt,
  fewShotPrompt,
} from './define/few-shot-prompt.js'
export type {
  CacheConfig,
  ExecutorConfig,
  MaestroConfig,
  ServingConfig,
  SharedLimitsConfig,
  StorageConfig,
  TableEngineConfig,
  VectorStoreConfig,
} from './define/maestro-config.js'
export { byteSize } from './define/options/byte-size.js'
export { column, columnRecord, columns } from './define/options/columns.js'
export { duration } from './define/options/duration.js'
export type * from './define/options/faults.js'
export {
  type Fields,
  fieldsOf,
  type InputOf,
  type NamesOf,
  type OutputOf,
  objectOption,
  optionsSchema,
  type Refinement,
} from './define/options/fields.js'
export type { CheckedOptions, OptionsOver, PromptReference, SourceReference } from './define/options/options-over.js'
export { parseOptions } from './define/options/parse-options.js'
export {
  type PromptAbout,
  promptOption,
  servingOption,
  sourceOption,
  vectorStoreOption,
} from './define/options/references.js'
export type {
  ConfiguredStorage,
  OperatorName,
  PromptName,
  SinkName,
  SourceName,
  SourceRow,
} from './define/options/registered.js'
export { type S3Connection, type S3Options, s3Connection, s3Options } from './define/options/s3-options.js'
export type { Slot, SlotSchema } from './define/options/slot.js'
export {
  flag,
  fromEnvironment,
  newColumn,
  type UnlessEach,
  unless,
  unlessEach,
  withDefault,
} from './define/options/values.js'
export {
  type ParameterizedPipeline,
  PipelineBuilder,
  type PipelineInput,
  type PipelineRow,
  pipeline,
} from './define/pipeline.js'
export { displayPath, projectPath, realPath } from './define/project-path.js'
export { PromptTemplate, prompt, type Variables } from './define/prompt.js'
export { promptRestrict } from './define/prompt-restrict.js'
export { conditionColumns, conditionFault, matchingData } from './define/row-condition.js'
export { jsonSchemaOf, schemaColumns } from './define/schema-columns.js'
export { SiftedBatch } from './define/sifted-batch.js'
export type {
  FromOptions,
  FunctionContext,
  FunctionOptions,
  StepOptions,
  StepOutput,
  StepSettings,
} from './define/step-types.js'
export type { ChatPart, MediaFrom } from './define/turn-content.js'
export { type ValidatedRow, validateRow } from './define/validate-row.js'
export { vectorScore } from './define/vector-score.js'
export type { PassedBy, ValueCondition, Where } from './define/where.js'
export {
  type DetailsOf,
  defineErrors,
  type ErrorEntry,
  type ErrorFactory,
  type ErrorTable,
} from './errors/define-errors.js'
export { describeIssues, type Issue } from './errors/describe-issues.js'
export { didYouMean } from './errors/did-you-mean.js'
export { type CoreErrorCode, coreErrors, maestroError } from './errors/error-table.js'
export { type ErrorPlace, MaestroError, type MaestroErrorInit } from './errors/maestro-error.js'
export { printable } from './errors/printable.js'
export { MEDIA_ACCESS, type MediaAccess } from './media/media-access.js'
export { audioPart, filePart, imagePart } from './media/media-part.js'
export { type LoadedMedia, readMedia } from './media/read-media.js'
export { FilterOperator } from './operator/filter.js'
export { FlatMapOperator } from './operator/flat-map.js'
export { type AllRows, type GlobalContext, GlobalOperator } from './operator/global.js'
export { MapOperator } from './operator/map.js'
export { MapBatchesOperator } from './operator/map-batches.js'
export { RowOperator } from './operator/row-operator.js'
export { TableOperator } from './operator/table.js'
export * from './provider/kit.js'
export { type JsonValueInText, jsonValuesIn, wholeJson } from './serving/answers/json-values.js'
export { type SeparatedText, separateThoughts } from './serving/answers/separate-thoughts.js'
export { EnhancedEmbeddingServing } from './serving/enhanced-embedding-serving.js'
export { EnhancedLLMServing } from './serving/enhanced-llm-serving.js'
export { EnhancedRerankServing } from './serving/enhanced-rerank-serving.js'
export type { EnhancedOptions } from './serving/enhanced-serving.js'
export { EnhancedTranscriptionServing } from './serving/enhanced-transcription-serving.js'
export type { Settled } from './serving/generate-batch.js'
export { generateObject } from './serving/generate-object.js'
export type { PackedCallOptions } from './serving/packed/packed-call-options.js'
export { canPack } from './serving/packed/packed-request.js'
export { RowPacker } from './serving/packed/row-packer.js'
export { checkOf, toJsonSchema } from './serving/schema-for-model.js'
export { type ServingObserver, ServingPlane } from './serving/serving-plane.js'
export { unsupportedSettingMessage, withoutUnsupportedSettings } from './serving/unsupported-settings.js'
