import { byName, type ReplyCase } from './reply-case.js'

const long = 'Is it praise? '.repeat(20).trim()

/** How the reasoning of models is separated from their answers. */
export const thoughtCases: Readonly<Record<string, ReplyCase>> = {
  'thoughts in tags are not part of a text': {
    said: [{ text: `<think>\n${long}\n</think>\n\nbad` }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts that end with a tag alone are not part of a text': {
    said: [{ text: `${long}\n</think>\n\nbad` }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts in tags of other models are not part of a text': {
    said: [{ text: '[THINK]Hm.[/THINK]◁think▷Hm.◁/think▷<reasoning>Hm.</reasoning>bad' }],
    expected: { text: 'bad', reasoning: 'Hm.\n\nHm.\n\nHm.' },
  },
  ...byName(
    {
      'in capitals': '<THINK>Hm.</THINK>bad',
      'with an attribute': '<think time="3">Hm.</think>bad',
      'with spaces': '<think>Hm.</ think >bad',
      'around an answer with tags': '<think>Hm.</think><response>bad</response>',
      'before a boxed answer': '<think>Hm.</think><|begin_of_box|>bad<|end_of_box|>',
      'after the answer': 'bad\n<think>Hm.</think>',
      'around an output': '<Thought>Hm.</Thought><Output>bad</Output>',
      'of a scratchpad': '<scratchpad>Hm.</scratchpad>bad',
      'of a reflection': '<reflection>Hm.</reflection>bad',
      'with a prefix': '<mm:think>Hm.</mm:think>bad',
      'with bars at the beginning and the end': '<|think_start|>Hm.<|think_end|>bad',
      'with wide bars': '<｜think｜>Hm.<｜/think｜>bad',
      'of LongCat': '<longcat_think>Hm.</longcat_think>bad',
      'of Seed': '<seed:think>Hm.</seed:think>bad',
      'of a chain of thought': '<cot>Hm.</cot>bad',
      'with bars and joined words': '<|startthought|>Hm.<|endthought|>bad',
      'and the tokens of a turn': '<|im_start|>assistant\n<think>Hm.</think>bad</s>',
      'with bars': '<|thinking|>Hm.<|/thinking|>bad',
      'around a final answer': '<think>Hm.</think><final_answer>bad</final_answer>',
      'and a token of the end': '<think>Hm.</think>bad<|im_end|>',
    },
    (what) => `thoughts in tags are not part of a text: ${what}`,
    (text) => ({ said: [{ text }], expected: { text: 'bad', reasoning: 'Hm.' } }),
  ),
  ...byName(
    {
      Solar: '<|think|>Hm.<|end|><|begin|>assistant<|content|>bad',
      Granite: 'Here is my thought process:\nHm.\n\nHere is my response:\nbad',
      'the command of Ollama': 'Thinking...\nHm.\n...done thinking.\n\nbad',
      Apriel: 'Here are my reasoning steps:\nHm.\n[BEGIN FINAL RESPONSE]\nbad\n[END FINAL RESPONSE]',
    },
    (what) => `thoughts below a heading are not part of a text: ${what}`,
    (text) => ({ said: [{ text }], expected: { text: 'bad', reasoning: 'Hm.' } }),
  ),
  'thoughts within thoughts are not part of a text': {
    said: [{ text: '<think>One.<think>Two.</think>Three.</think>bad' }],
    expected: { text: 'bad' },
  },
  'empty thoughts leave nothing behind': {
    said: [{ text: '<think>\n\n</think>\n\nbad' }],
    expected: { text: 'bad' },
  },
  'channels of the harmony format are told apart': {
    said: [{ text: '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>bad' }],
    expected: { text: 'bad', reasoning: 'Hm.' },
  },
  'thoughts that the server has set apart are kept': {
    said: [{ text: 'bad', reasoning: long }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts in parts of the content are told apart': {
    said: [
      {
        parts: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'bad' },
        ],
      },
    ],
    expected: { text: 'bad', reasoning: 'Hm.' },
  },
  'a text that mentions the tags stays whole': {
    said: [{ text: 'Models write `<think>` and `</think>` around their thoughts.' }],
    expected: { text: 'Models write `<think>` and `</think>` around their thoughts.' },
  },
}
