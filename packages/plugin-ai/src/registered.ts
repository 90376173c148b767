import type { annotate } from './cleaning/annotate.js'
import type { annotatePrompt } from './cleaning/annotate.prompt.js'
import type { clean } from './cleaning/clean.js'
import type { cleanPrompt } from './cleaning/clean.prompt.js'
import type { describeColumns } from './cleaning/describe-columns.js'
import type { describeColumnsPrompt } from './cleaning/describe-columns.prompt.js'
import type { conversation } from './datasets/conversation.js'
import type { conversationPrompt } from './datasets/conversation.prompt.js'
import type { qaPairs } from './datasets/qa-pairs.js'
import type { qaPairsPrompt } from './datasets/qa-pairs.prompt.js'
import type { chunk } from './documents/chunk.js'
import type { documentsSource } from './documents/documents-source.js'
import type { index } from './documents/index-documents.js'
import type { loadDocuments } from './documents/load-documents.js'
import type { compare } from './judging/compare.js'
import type { comparePrompt } from './judging/compare.prompt.js'
import type { filter } from './judging/filter.js'
import type { filterPrompt } from './judging/filter.prompt.js'
import type { ground } from './judging/ground.js'
import type { groundPrompt } from './judging/ground.prompt.js'
import type { score } from './judging/score.js'
import type { scorePrompt } from './judging/score.prompt.js'
import type { vote } from './judging/vote.js'
import type { votePrompt } from './judging/vote.prompt.js'
import type { multimodal } from './multimodal/multimodal.js'
import type { multimodalPrompt } from './multimodal/multimodal.prompt.js'
import type { redact } from './redaction/redact.js'
import type { redactPrompt } from './redaction/redact.prompt.js'
import type { rag } from './retrieval/rag.js'
import type { ragPrompt } from './retrieval/rag.prompt.js'
import type { ragEval } from './retrieval/rag-eval.js'
import type { ragEvalPrompt } from './retrieval/rag-eval.prompt.js'
import type { retrieve } from './retrieval/retrieve.js'
import type { retrievePrompt } from './retrieval/retrieve.prompt.js'
import type { group } from './tables/group.js'
import type { groupPrompt } from './tables/group.prompt.js'
import type { join } from './tables/join.js'
import type { joinPrompt } from './tables/join.prompt.js'
import type { reduce } from './tables/reduce.js'
import type { reducePrompt } from './tables/reduce.prompt.js'
import type { sort } from './tables/sort.js'
import type { sortPrompt } from './tables/sort.prompt.js'
import type { classify } from './text/classify.js'
import type { classifyPrompt } from './text/classify.prompt.js'
import type { extract } from './text/extract.js'
import type { extractPrompt } from './text/extract.prompt.js'
import type { generate } from './text/generate.js'
import type { rewrite } from './text/rewrite.js'
import type { rewritePrompt } from './text/rewrite.prompt.js'
import type { summarize } from './text/summarize.js'
import type { summarizePrompt } from './text/summarize.prompt.js'
import type { translate } from './text/translate.js'
import type { translatePrompt } from './text/translate.prompt.js'
import type { cluster } from './vectors/cluster.js'
import type { clusterPrompt } from './vectors/cluster.prompt.js'
import type { dedupeSemantic } from './vectors/dedupe-semantic.js'
import type { embed } from './vectors/embed.js'
import type { match } from './vectors/match.js'
import type { selectDiverse } from './vectors/select-diverse.js'
import type { similarity } from './vectors/similarity.js'

declare module '@maestro-dataflow/core' {
  interface Operators {
    'ai.generate': typeof generate
    'ai.extract': typeof extract
    'ai.classify': typeof classify
    'ai.summarize': typeof summarize
    'ai.translate': typeof translate
    'ai.rewrite': typeof rewrite
    'ai.score': typeof score
    'ai.filter': typeof filter
    'ai.compare': typeof compare
    'ai.vote': typeof vote
    'ai.embed': typeof embed
    'ai.similarity': typeof similarity
    'ai.match': typeof match
    'ai.chunk': typeof chunk
    'ai.load-documents': typeof loadDocuments
    'ai.index': typeof index
    'ai.retrieve': typeof retrieve
    'ai.rag': typeof rag
    'ai.rag-eval': typeof ragEval
    'ai.multimodal': typeof multimodal
    'ai.qa-pairs': typeof qaPairs
    'ai.conversation': typeof conversation
    'ai.ground': typeof ground
    'ai.redact': typeof redact
    'ai.dedupe-semantic': typeof dedupeSemantic
    'ai.cluster': typeof cluster
    'ai.select-diverse': typeof selectDiverse
    'ai.sort': typeof sort
    'ai.group': typeof group
    'ai.reduce': typeof reduce
    'ai.join': typeof join
    'ai.describe-columns': typeof describeColumns
    'ai.clean': typeof clean
    'ai.annotate': typeof annotate
  }
  interface Prompts {
    'ai.extract.prompt': typeof extractPrompt
    'ai.classify.prompt': typeof classifyPrompt
    'ai.summarize.prompt': typeof summarizePrompt
    'ai.translate.prompt': typeof translatePrompt
    'ai.rewrite.prompt': typeof rewritePrompt
    'ai.score.prompt': typeof scorePrompt
    'ai.filter.prompt': typeof filterPrompt
    'ai.compare.prompt': typeof comparePrompt
    'ai.vote.prompt': typeof votePrompt
    'ai.retrieve.prompt': typeof retrievePrompt
    'ai.rag.prompt': typeof ragPrompt
    'ai.rag-eval.prompt': typeof ragEvalPrompt
    'ai.multimodal.prompt': typeof multimodalPrompt
    'ai.qa-pairs.prompt': typeof qaPairsPrompt
    'ai.conversation.prompt': typeof conversationPrompt
    'ai.ground.prompt': typeof groundPrompt
    'ai.redact.prompt': typeof redactPrompt
    'ai.cluster.prompt': typeof clusterPrompt
    'ai.sort.prompt': typeof sortPrompt
    'ai.group.prompt': typeof groupPrompt
    'ai.reduce.prompt': typeof reducePrompt
    'ai.join.prompt': typeof joinPrompt
    'ai.describe-columns.prompt': typeof describeColumnsPrompt
    'ai.clean.prompt': typeof cleanPrompt
    'ai.annotate.prompt': typeof annotatePrompt
  }
  interface Storages {
    'ai.load-documents': typeof documentsSource
  }
}
