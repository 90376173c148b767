import { definePlugin } from '@maestro-dataflow/core'
import { annotate } from './cleaning/annotate.js'
import { annotatePrompt } from './cleaning/annotate.prompt.js'
import { clean } from './cleaning/clean.js'
import { cleanPrompt } from './cleaning/clean.prompt.js'
import { describeColumns } from './cleaning/describe-columns.js'
import { describeColumnsPrompt } from './cleaning/describe-columns.prompt.js'
import { conversation } from './datasets/conversation.js'
import { conversationPrompt } from './datasets/conversation.prompt.js'
import { qaPairs } from './datasets/qa-pairs.js'
import { qaPairsPrompt } from './datasets/qa-pairs.prompt.js'
import { chunk } from './documents/chunk.js'
import { documentsSource } from './documents/documents-source.js'
import { index } from './documents/index-documents.js'
import { loadDocuments } from './documents/load-documents.js'
import { compare } from './judging/compare.js'
import { comparePrompt } from './judging/compare.prompt.js'
import { filter } from './judging/filter.js'
import { filterPrompt } from './judging/filter.prompt.js'
import { ground } from './judging/ground.js'
import { groundPrompt } from './judging/ground.prompt.js'
import { score } from './judging/score.js'
import { scorePrompt } from './judging/score.prompt.js'
import { vote } from './judging/vote.js'
import { votePrompt } from './judging/vote.prompt.js'
import { multimodal } from './multimodal/multimodal.js'
import { multimodalPrompt } from './multimodal/multimodal.prompt.js'
import { redact } from './redaction/redact.js'
import { redactPrompt } from './redaction/redact.prompt.js'
import { rag } from './retrieval/rag.js'
import { ragPrompt } from './retrieval/rag.prompt.js'
import { ragEval } from './retrieval/rag-eval.js'
import { ragEvalPrompt } from './retrieval/rag-eval.prompt.js'
import { retrieve } from './retrieval/retrieve.js'
import { retrievePrompt } from './retrieval/retrieve.prompt.js'
import { group } from './tables/group.js'
import { groupPrompt } from './tables/group.prompt.js'
import { join } from './tables/join.js'
import { joinPrompt } from './tables/join.prompt.js'
import { reduce } from './tables/reduce.js'
import { reducePrompt } from './tables/reduce.prompt.js'
import { sort } from './tables/sort.js'
import { sortPrompt } from './tables/sort.prompt.js'
import { classify } from './text/classify.js'
import { classifyPrompt } from './text/classify.prompt.js'
import { extract } from './text/extract.js'
import { extractPrompt } from './text/extract.prompt.js'
import { generate } from './text/generate.js'
import { rewrite } from './text/rewrite.js'
import { rewritePrompt } from './text/rewrite.prompt.js'
import { summarize } from './text/summarize.js'
import { summarizePrompt } from './text/summarize.prompt.js'
import { translate } from './text/translate.js'
import { translatePrompt } from './text/translate.prompt.js'
import { cluster } from './vectors/cluster.js'
import { clusterPrompt } from './vectors/cluster.prompt.js'
import { dedupeSemantic } from './vectors/dedupe-semantic.js'
import { embed } from './vectors/embed.js'
import { match } from './vectors/match.js'
import { selectDiverse } from './vectors/select-diverse.js'
import { similarity } from './vectors/similarity.js'

const operators = [
  generate,
  extract,
  classify,
  summarize,
  translate,
  rewrite,
  score,
  filter,
  compare,
  vote,
  embed,
  similarity,
  match,
  chunk,
  loadDocuments,
  index,
  retrieve,
  rag,
  ragEval,
  multimodal,
  qaPairs,
  conversation,
  ground,
  redact,
  dedupeSemantic,
  cluster,
  selectDiverse,
  sort,
  group,
  reduce,
  join,
  describeColumns,
  clean,
  annotate,
]

const prompts = [
  extractPrompt,
  classifyPrompt,
  summarizePrompt,
  translatePrompt,
  rewritePrompt,
  scorePrompt,
  filterPrompt,
  comparePrompt,
  votePrompt,
  retrievePrompt,
  ragPrompt,
  ragEvalPrompt,
  multimodalPrompt,
  qaPairsPrompt,
  conversationPrompt,
  groundPrompt,
  redactPrompt,
  clusterPrompt,
  sortPrompt,
  groupPrompt,
  reducePrompt,
  joinPrompt,
  describeColumnsPrompt,
  cleanPrompt,
  annotatePrompt,
]

/** AI operators and their prompts. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-ai',
  manifest: new URL('../package.json', import.meta.url),
  operators,
  prompts,
  storages: [documentsSource],
})
