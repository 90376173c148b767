export type { CutOff } from './asking/asker.js'
export { type Language, type Task, type TaskExample, TaskPrompt } from './asking/task-prompt.js'
export { Annotator, type AnnotatorOptions, annotate } from './cleaning/annotate.js'
export { AnnotatePrompt, type AnnotatePromptOptions } from './cleaning/annotate.prompt.js'
export { type CellChange, Cleaner, type CleanerOptions, clean, undoCleaning } from './cleaning/clean.js'
export { CleanPrompt, type CleanPromptOptions } from './cleaning/clean.prompt.js'
export type { CleaningPlan, PlannedOperation } from './cleaning/cleaning-plan.js'
export { cohensKappa } from './cleaning/cohens-kappa.js'
export { ColumnDescriber, type ColumnDescriberOptions, describeColumns } from './cleaning/describe-columns.js'
export { DescribeColumnsPrompt, type DescribeColumnsPromptOptions } from './cleaning/describe-columns.prompt.js'
export type { CleaningOperation } from './cleaning/operations.js'
export {
  ConversationGenerator,
  type ConversationGeneratorOptions,
  conversation,
} from './datasets/conversation.js'
export {
  type ConversationMessage,
  ConversationPrompt,
  type ConversationPromptOptions,
  type ConversationRole,
} from './datasets/conversation.prompt.js'
export { QaPairGenerator, type QaPairGeneratorOptions, qaPairs } from './datasets/qa-pairs.js'
export { QaPairsPrompt, type QaPairsPromptOptions } from './datasets/qa-pairs.prompt.js'
export { chunk, TextChunker, type TextChunkerOptions } from './documents/chunk.js'
export type { DocumentFormat } from './documents/document-format.js'
export type { DocumentRows } from './documents/document-rows.js'
export { documentsSource } from './documents/documents-source.js'
export { Indexer, type IndexerOptions, type IndexOutcome, index } from './documents/index-documents.js'
export { DocumentLoader, type DocumentLoaderOptions, loadDocuments } from './documents/load-documents.js'
export type { ChunkUnit } from './documents/measure.js'
export type { ReadDocumentOptions } from './documents/read-document.js'
export { type Chunk, type ChunkMethod, type SplitOptions, splitText } from './documents/split-text.js'
export { aiErrors } from './errors.js'
export { type Better, Comparer, type ComparerOptions, compare } from './judging/compare.js'
export { ComparePrompt, type ComparePromptOptions } from './judging/compare.prompt.js'
export { filter, TextFilter, type TextFilterOptions } from './judging/filter.js'
export { FilterPrompt, type FilterPromptOptions } from './judging/filter.prompt.js'
export { Grounder, type GrounderOptions, ground } from './judging/ground.js'
export { GroundPrompt, type GroundPromptOptions } from './judging/ground.prompt.js'
export type { GroundedClaim, Verdict } from './judging/grounded-claim.js'
export { Scorer, type ScorerOptions, score } from './judging/score.js'
export { ScorePrompt, type ScorePromptOptions } from './judging/score.prompt.js'
export { Voter, type VoterOptions, vote } from './judging/vote.js'
export { VotePrompt, type VotePromptOptions } from './judging/vote.prompt.js'
export {
  MultimodalProcessor,
  type MultimodalProcessorOptions,
  type MultimodalWork,
  multimodal,
} from './multimodal/multimodal.js'
export { MultimodalPrompt, type MultimodalPromptOptions, type MultimodalTask } from './multimodal/multimodal.prompt.js'
export { type RecognizedText, type RecognizedWord, TextRecognition } from './multimodal/text-recognition.js'
export { default } from './plugin.js'
export type { PersonalData, PersonalDataType } from './redaction/personal-data.js'
export { Redactor, type RedactorOptions, redact } from './redaction/redact.js'
export { RedactPrompt, type RedactPromptOptions } from './redaction/redact.prompt.js'
export type {} from './registered.js'
export { diversify } from './retrieval/diversify.js'
export { fuseRankings } from './retrieval/fuse-rankings.js'
export { KeywordIndex } from './retrieval/keyword-index.js'
export type { Passage } from './retrieval/passage.js'
export type { RetrievalMethod } from './retrieval/passage-search.js'
export { RAGOperator, type RAGOperatorOptions, type RagOutcome, rag } from './retrieval/rag.js'
export { RagPrompt, type RagPromptOptions } from './retrieval/rag.prompt.js'
export {
  type RagEvalGap,
  RagEvaluator,
  type RagEvaluatorOptions,
  type RagMetric,
  ragEval,
} from './retrieval/rag-eval.js'
export { RagEvalPrompt, type RagEvalPromptOptions } from './retrieval/rag-eval.prompt.js'
export { Retriever, type RetrieverOptions, retrieve } from './retrieval/retrieve.js'
export { RetrievePrompt, type RetrievePromptOptions } from './retrieval/retrieve.prompt.js'
export { Grouper, type GrouperOptions, group } from './tables/group.js'
export { GroupPrompt, type GroupPromptOptions } from './tables/group.prompt.js'
export { join, MeaningJoiner, type MeaningJoinerOptions } from './tables/join.js'
export { JoinPrompt, type JoinPromptOptions } from './tables/join.prompt.js'
export { Reducer, type ReducerOptions, reduce } from './tables/reduce.js'
export { ReducePrompt, type ReducePromptOptions } from './tables/reduce.prompt.js'
export { Sorter, type SorterOptions, sort } from './tables/sort.js'
export { SortPrompt, type SortPromptOptions } from './tables/sort.prompt.js'
export { Classifier, type ClassifierOptions, classify } from './text/classify.js'
export { ClassifyPrompt, type ClassifyPromptOptions } from './text/classify.prompt.js'
export { Extractor, type ExtractorOptions, extract } from './text/extract.js'
export { ExtractPrompt, type ExtractPromptOptions } from './text/extract.prompt.js'
export { generate } from './text/generate.js'
export { PromptedGenerator, type PromptedGeneratorOptions } from './text/prompted-generator.js'
export { Rewriter, type RewriterOptions, rewrite } from './text/rewrite.js'
export { RewritePrompt, type RewritePromptOptions } from './text/rewrite.prompt.js'
export { Summarizer, type SummarizerOptions, summarize } from './text/summarize.js'
export { SummarizePrompt, type SummarizePromptOptions } from './text/summarize.prompt.js'
export { Translator, type TranslatorOptions, translate } from './text/translate.js'
export { TranslatePrompt, type TranslatePromptOptions } from './text/translate.prompt.js'
export { Clusterer, type ClustererOptions, cluster } from './vectors/cluster.js'
export { ClusterPrompt, type ClusterPromptOptions } from './vectors/cluster.prompt.js'
export { dedupeSemantic, SemanticDeduper, type SemanticDeduperOptions } from './vectors/dedupe-semantic.js'
export { EmbeddingGenerator, type EmbeddingGeneratorOptions, embed } from './vectors/embed.js'
export { type MatchOutcome, match, TextMatcher, type TextMatcherOptions } from './vectors/match.js'
export type { Metric } from './vectors/metrics.js'
export { DiverseSelector, type DiverseSelectorOptions, selectDiverse } from './vectors/select-diverse.js'
export { SimilarityCalculator, type SimilarityCalculatorOptions, similarity } from './vectors/similarity.js'
export type { Vector } from './vectors/vector.js'
