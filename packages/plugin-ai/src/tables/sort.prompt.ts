import { definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The method of sorting. */
type SortMethod = 'score' | 'pairwise'

/** The highest score; 0 is the lowest. */
export const highestScore = 10

const fields = fieldsOf(
  {
    /** The criterion that the first row meets best: "How urgent is it?" */
    criterion: nameOption,
    /** `score` asks about one text; `pairwise` asks about two. @default 'score' */
    method: z.enum(['score', 'pairwise']).default('score'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.sort.prompt`. */
export type SortPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<SortMethod, Readonly<Record<Language, (criterion: string) => string>>>> = {
  score: {
    en: (criterion) =>
      `Texts are put in order by this: ${criterion}\nGive the text a number from 0 (least) to ${highestScore} (most), and use the whole range. Answer with JSON.`,
    zh: (criterion) =>
      `文本将按以下标准排序：${criterion}\n请给文本一个从0（最低）到${highestScore}（最高）的数字，并充分利用整个范围。以 JSON 回答。`,
  },
  pairwise: {
    en: (criterion) =>
      `Texts are put in order by this: ${criterion}\nSay which of the texts a and b has more of it: "a", "b", or "tie" when neither has. Their order here must not count. Answer with JSON.`,
    zh: (criterion) =>
      `文本将按以下标准排序：${criterion}\n请说明文本 a 和 b 中哪一个更符合："a"、"b"，不分上下时为 "tie"。它们在此出现的先后不应影响判断。以 JSON 回答。`,
  },
}

/** The prompt of `ai.sort`, which scores a `text` or compares the texts `a` and `b`. */
export class SortPrompt extends TaskPrompt {
  constructor({ criterion, method = 'score', language = 'en', instructions }: SortPromptOptions) {
    const inputs: Record<string, string> = method === 'score' ? { text: 'text' } : { a: 'a', b: 'b' }
    super({ task: [words[method][language](criterion), instructions], inputs, language })
  }
}

/** `ai.sort.prompt` */
export const sortPrompt = definePrompt({
  name: 'ai.sort.prompt',
  description: 'Asks how well a text meets a criterion, or which of two texts meets it better',
  options: fields,
  create: (given) => new SortPrompt(given),
})
