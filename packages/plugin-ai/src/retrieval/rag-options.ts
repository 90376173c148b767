import {
  column,
  fieldsOf,
  newColumn,
  type OutputOf,
  promptOption,
  unless,
  vectorStoreOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { AskingOptions, examplesOption, SharingOptions, WordsOptions } from '../asking/asking-options.js'
import { promptsOf } from '../asking/prompt-options.js'
import { RagPrompt } from './rag.prompt.js'
import { RetrievalOptions } from './retrieval-options.js'

/** The prompts that `ai.rag` accepts. */
export const ragPrompts = promptsOf(RagPrompt)

/** The options of `ai.rag` in addition to those of the search and of the model. */
export class RagOptions {
  /** The name of the vector store in the config. */
  store = unless('retrieved', vectorStoreOption())
  /** The column that `ai.retrieve` filled, instead of `store`. */
  retrieved = column().optional()
  /** The column of the question. @default 'query' */
  input = column().default('query')
  /** The column of the passages as the model saw them, numbered. @default 'context' */
  context = newColumn('context')
  /**
   * The column of the answer, null if the passages do not contain it. `<output>_outcome` is `answered` or
   * `not-in-sources`, and `<output>_citations` holds the ids of the passages that support the answer.
   *
   * @default 'answer'
   */
  output = newColumn('answer')
  /**
   * The maximum number of tokens of all passages together, estimated from the script.
   *
   * @default half of the model's context, at most 2000
   */
  passageTokens = z.number().int().positive().optional()
  /** A prompt that replaces the operator's own. It names the columns of the question and of the context itself. */
  prompt = promptOption({ allowed: ragPrompts, variables: ['{context}'] }).optional()
  /** Questions with the expected answers. The model sees them before the question. */
  examples = examplesOption
}

/** All options of `ai.rag`. */
export const ragFields = fieldsOf(RagOptions, RetrievalOptions, WordsOptions, AskingOptions, SharingOptions)
export type RagFields = OutputOf<typeof ragFields>
