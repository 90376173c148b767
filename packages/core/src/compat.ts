/** The names of the Python original, for its users. `docs/compat.md` has the table of names. */

export { AIPipeline } from './compat/ai-pipeline.js'
export { DataProcessor, type GroupFunction } from './compat/data-processor.js'
export { DIYPromptABC } from './compat/diy-prompt.js'
export { type OperatorOutcome, Pipeline, type PipelineOutcome } from './compat/pipeline.js'
export { Operator as OperatorABC } from './contracts/operator.js'
export { Prompt as PromptABC } from './contracts/prompt.js'
export type { RowStorage as MaestroStorage } from './contracts/row-storage.js'
export type { LLMServing as LLMServingABC } from './contracts/serving.js'
export type { VectorStore as VectorStorage } from './contracts/vector-store.js'
export { promptRestrict } from './define/prompt-restrict.js'
export { EnhancedLLMServing } from './serving/enhanced-llm-serving.js'
