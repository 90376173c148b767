/**
 * The contracts of MaestroDataflow and what users call to define things. Importing this does no work and loads no
 * third-party code; the part that runs pipelines is `@maestro-dataflow/core/runtime`.
 */
export { MaestroError, type ErrorPlace, type MaestroErrorInit } from './errors/maestro-error.js'
export { defineErrors, type DetailsOf, type ErrorEntry, type ErrorFactory, type ErrorTable } from './errors/define-errors.js'
export { coreErrors, maestroError, type CoreErrorCode } from './errors/error-table.js'

export type { Batch, ColumnSet, ColumnType, ColumnValue, Columns, Row, RowId } from './contracts/row.js'
export type { JsonSchema, JsonSchemaSource, Schema, SchemaOutput } from './contracts/schema.js'
export { createToken, type Injected, type Token } from './contracts/token.js'
export { LOGGER, type Logger, type LogLevel } from './contracts/logger.js'
export * from './contracts/component-types.js'

export { Operator, assertPromptsAllowed, type ColumnEffects, type OperatorContext, type OperatorKind, type OperatorResult, type PromptClass, type RejectedRow } from './contracts/operator/operator.js'
export { MapOperator, type MapFunction } from './contracts/operator/map.js'
export { FilterOperator, type FilterFunction } from './contracts/operator/filter.js'
export { FlatMapOperator, type FlatMapFunction } from './contracts/operator/flat-map.js'
export { MapBatchesOperator, type BatchContext, type MapBatchesFunction } from './contracts/operator/map-batches.js'
export { TableOperator, type TableFunction } from './contracts/operator/table.js'
export { RowOperator } from './contracts/operator/row-operator.js'
export type { CheckContext, ColumnEffectsFunction, OperatorDefinition, ServingNeed } from './contracts/operator-definition.js'

export { Prompt, type PromptVariables } from './contracts/prompt.js'
export type { PromptDefinition } from './contracts/prompt-definition.js'
export type * from './contracts/serving.js'
export { SERVINGS, defineServing, type ServingDefinition, type Servings } from './contracts/serving-definition.js'
export type * from './contracts/storage.js'
export type * from './contracts/table-engine.js'
export type * from './contracts/vector-store.js'
export { RESPONSE_CACHE, type CacheDefinition, type ResponseCache } from './contracts/response-cache.js'
export type * from './contracts/execution.js'
export type * from './contracts/hooks.js'
export type * from './contracts/plugin.js'
export type * from './contracts/plan.js'
export type * from './contracts/report.js'
export { env, isEnvironmentValue, type EnvironmentValue, type MaestroConfig, type RunConfig, type ServingConfig, type VectorStoreConfig } from './contracts/config.js'
export type { FunctionStep, PipelineDefinition, SinkNode, SourceNode, StepNode, StepUse } from './contracts/pipeline-definition.js'
export type { InlineRowsSource } from './contracts/pipeline-source.js'

export { defineConfig } from './define/define-config.js'
export { defineOperator, type DefinedOptions, type DefinedOutput } from './define/define-operator.js'
export { definePipeline, type PipelineData, type SinkData, type StepData } from './define/define-pipeline.js'
export { definePlugin, type Plugin } from './define/define-plugin.js'
export { definePrompt } from './define/define-prompt.js'
export { defineStorage } from './define/define-storage.js'
export {
  PipelineBuilder,
  pipeline,
  type FromOptions,
  type FunctionContext,
  type FunctionOptions,
  type OperatorName,
  type ParameterisedPipeline,
  type PipelineInput,
  type PipelineRow,
  type SinkName,
  type SourceName,
  type StepOptions,
  type StepOutput,
  type StepSettings,
} from './define/pipeline.js'
export { PromptTemplate, prompt, type Variables } from './define/prompt.js'
export { ChatPrompt, chatPrompt, type ChatTurn } from './define/chat-prompt.js'
export { promptRestrict } from './define/prompt-restrict.js'
export { EnhancedLLMServing, type ServingObserver } from './serving/enhanced-llm-serving.js'
export { generateObject, toJsonSchema } from './serving/generate-object.js'
