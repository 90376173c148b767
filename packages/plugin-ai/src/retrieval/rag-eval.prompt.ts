import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The tasks of a model that evaluates an answer. */
export type RagEvalTask = 'claims' | 'questions'

const fields = fieldsOf(
  {
    /** `claims` asks which claims a context supports; `questions` asks which questions a text answers. */
    task: z.enum(['claims', 'questions']),
    /** The variable of the text. @default 'text' */
    text: column().default('text'),
    /** The variable of the context. @default 'context' */
    context: column().default('context'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.rag-eval.prompt`. */
export type RagEvalPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<RagEvalTask, Readonly<Record<Language, string>>>> = {
  claims: {
    en: 'Take the text apart into single claims, and say of each whether the context supports it. What is true but not in the context is not supported. Answer with JSON.',
    zh: '请把文本拆成单个论断，并逐条说明上下文是否支持它。上下文中没有的内容，即使属实，也不算支持。以 JSON 回答。',
  },
  questions: {
    en: 'Write three questions, in the language of the text, that the text answers. Answer with JSON.',
    zh: '请用文本的语言写出三个可以由该文本回答的问题。以 JSON 回答。',
  },
}

/**
 * The prompts of `ai.rag-eval`. They ask which claims of a text a context supports, or which questions a text answers.
 */
export class RagEvalPrompt extends TaskPrompt {
  constructor({ task, text = 'text', context = 'context', language = 'en', instructions }: RagEvalPromptOptions) {
    const inputs = task === 'claims' ? { context, text } : { text }
    super({ task: [words[task][language], instructions], inputs, language })
  }
}

/** `ai.rag-eval.prompt` */
export const ragEvalPrompt = definePrompt({
  name: 'ai.rag-eval.prompt',
  description: 'Asks which claims of a text a context supports, or which questions a text answers',
  options: fields,
  create: (given) => new RagEvalPrompt(given),
})
