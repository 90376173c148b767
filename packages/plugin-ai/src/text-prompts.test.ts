import type { Operator, Prompt } from '@maestro-dataflow/core'
import { memoryVectorStore, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Annotator } from './cleaning/annotate.js'
import { Cleaner } from './cleaning/clean.js'
import { ColumnDescriber } from './cleaning/describe-columns.js'
import { ConversationGenerator } from './datasets/conversation.js'
import { QaPairGenerator } from './datasets/qa-pairs.js'
import { Comparer } from './judging/compare.js'
import { TextFilter } from './judging/filter.js'
import { Grounder } from './judging/ground.js'
import { Scorer } from './judging/score.js'
import { Voter } from './judging/vote.js'
import { MultimodalProcessor } from './multimodal/multimodal.js'
import { Redactor } from './redaction/redact.js'
import { RagEvaluator } from './retrieval/rag-eval.js'
import { RAGOperator } from './retrieval/rag-operator.js'
import { Retriever } from './retrieval/retrieve.js'
import { Grouper } from './tables/group.js'
import { MeaningJoiner } from './tables/join.js'
import { Reducer } from './tables/reduce.js'
import { Sorter } from './tables/sort.js'
import { Classifier } from './text/classify.js'
import { Extractor } from './text/extract.js'
import { PromptedGenerator } from './text/prompted-generator.js'
import { Rewriter } from './text/rewrite.js'
import { Summarizer } from './text/summarize.js'
import { Translator } from './text/translate.js'
import { Clusterer } from './vectors/cluster.js'

const serving = scriptedServing(() => 'word')
const embedder = scriptedEmbeddings()
const labels = ['a', 'b']

/** Every class that takes a prompt, with its other required options. */
const classes: Readonly<Record<string, (prompt: Prompt | string) => Operator>> = {
  PromptedGenerator: (prompt) => new PromptedGenerator({ serving, prompt }),
  Extractor: (prompt) => new Extractor({ serving, prompt, schema: z.object({ a: z.string() }) }),
  Classifier: (prompt) => new Classifier({ serving, prompt, labels }),
  Summarizer: (prompt) => new Summarizer({ serving, prompt }),
  Translator: (prompt) => new Translator({ serving, prompt }),
  Rewriter: (prompt) => new Rewriter({ serving, prompt }),
  Scorer: (prompt) => new Scorer({ serving, prompt }),
  TextFilter: (prompt) => new TextFilter({ serving, prompt }),
  Comparer: (prompt) => new Comparer({ serving, prompt, inputs: { a: 'text', b: 'other' } }),
  Voter: (prompt) => new Voter({ serving, prompt }),
  Grounder: (prompt) => new Grounder({ serving, prompt, input: 'text', source: 'other' }),
  'Grounder, its claims': (claimsPrompt) => new Grounder({ serving, claimsPrompt, input: 'text', source: 'other' }),
  MultimodalProcessor: (prompt) => new MultimodalProcessor({ serving, prompt, inputColumns: { text: 'text' } }),
  Redactor: (prompt) => new Redactor({ serving, prompt, input: 'text', method: 'both' }),
  QaPairGenerator: (prompt) => new QaPairGenerator({ serving, prompt, input: 'text' }),
  ConversationGenerator: (prompt) => new ConversationGenerator({ serving, prompt, input: 'text' }),
  Retriever: (prompt) =>
    new Retriever({
      store: memoryVectorStore(),
      embedder,
      prompt,
      rerank: { serving },
    }),
  RAGOperator: (prompt) => new RAGOperator({ llmServing: serving, knowledgeBaseStorage: memoryVectorStore(), prompt }),
  RagEvaluator: (prompt) => new RagEvaluator({ serving, prompt, metrics: ['faithfulness'] }),
  Clusterer: (prompt) => new Clusterer({ serving, prompt, input: 'vector', clusters: 2, nameBy: 'text' }),
  Grouper: (prompt) => new Grouper({ serving, embedder, prompt, input: 'text' }),
  Sorter: (prompt) => new Sorter({ serving, prompt, input: 'text', criterion: 'x' }),
  Reducer: (prompt) => new Reducer({ serving, prompt, input: 'text', instructions: 'x' }),
  MeaningJoiner: (prompt) =>
    new MeaningJoiner({ serving, embedder, prompt, input: 'text', right: [{ name: 'x' }], on: 'name', criterion: 'x' }),
  ColumnDescriber: (prompt) => new ColumnDescriber({ serving, prompt }),
  Cleaner: (prompt) => new Cleaner({ serving, prompt }),
  Annotator: (prompt) => new Annotator({ serving, second: serving, prompt, input: 'text', labels }),
}

test.each(Object.entries(classes))('%s takes a prompt as a text, which is a template', (_, make) => {
  expect(() => make('About {{text}}')).not.toThrow()
  expect(() => make('About {{text')).toThrow(expect.objectContaining({ code: 'MAESTRO_PROMPT_TEMPLATE' }))
})
