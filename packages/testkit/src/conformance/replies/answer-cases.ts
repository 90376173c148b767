import type { Said } from '../../reply-dialect.js'
import { answer, bad, byName, draft, type ReplyCase } from './reply-case.js'

/** How the data of an answer are found. */
export const answerCases: Readonly<Record<string, ReplyCase>> = {
  'JSON in thoughts is not an answer': {
    said: [{ text: `<think>${draft} would be praise</think>${answer}` }],
    json: true,
    expected: { object: bad, reasoning: `${draft} would be praise` },
  },
  'JSON in thoughts that end with a tag alone is not an answer': {
    said: [{ text: `${draft} would be praise</think>${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'a number in brackets in thoughts costs no second request': {
    said: [{ text: `<think>As [1] says.</think>${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'the last of several drafts is the answer': {
    said: [{ text: `First ${draft}, no:\n\`\`\`json\n${answer}\n\`\`\`` }],
    json: true,
    expected: { object: bad },
  },
  'what fits the schema is the answer, whatever stands around it': {
    said: [{ text: `According to [1]: ${answer}\nSee also [2] and {"tone":"angry"}.` }],
    json: true,
    expected: { object: bad },
  },
  'an answer that the server calls thoughts counts': {
    said: [{ text: '', reasoning: `The customer is cross. ${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'an answer within a fence that the server calls thoughts counts': {
    said: [{ text: '', reasoning: `The customer is cross.\n\`\`\`json\n${answer}\n\`\`\`` }],
    json: true,
    expected: { object: bad },
  },
  'a draft within what the server calls thoughts is not an answer': {
    said: [{ text: '', reasoning: `${draft} would be praise, but it is not.` }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'a draft in thoughts without an end is not an answer': {
    said: [{ text: `<think>${draft} would be praise` }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  ...byName(
    {
      'encoded twice': JSON.stringify(answer),
      'within an object of its own': `{"answer":${answer}}`,
      'within a list': `[${answer}]`,
      'within tags': `<json>${answer}</json>`,
      'within a fence in one line': `\`\`\`json ${answer}\`\`\``,
      'in bold': `**Final answer:** \`${answer}\``,
      'behind the schema': `{"type":"object","properties":{"tone":{"type":"string"}}}\n${answer}`,
      'behind a list of drafts': `Options: [${draft}, ${answer}]. Final: ${answer}`,
      'written twice': answer + answer,
      'behind a byte order mark': `\ufeff${answer}`,
      'with typographic quotation marks': '{“tone”: “bad”}',
      'with escaped quotation marks': '{\\"tone\\": \\"bad\\"}',
      'with spaces that do not break': '{\u00a0"tone":\u00a0"bad"}',
      'in the form of a call of a tool': `{"name":"answer","arguments":${answer}}`,
      'in a list of calls': `[TOOL_CALLS] [{"name":"answer","arguments":${answer}}]`,
      'in calls as OpenAI writes them': JSON.stringify({
        tool_calls: [{ type: 'function', function: { name: 'answer', arguments: answer } }],
      }),
      'as the text of a call of a tool': JSON.stringify({ name: 'answer', arguments: answer }),
    },
    (what) => `an answer ${what} costs no second request`,
    (text) => ({ said: [{ text }], json: true, expected: { object: bad } }),
  ),
  'an answer in the form of a call of a tool counts': {
    said: [{ call: bad, finish: 'tool_calls' }],
    json: true,
    expected: { object: bad },
  },
  ...byName<Said>(
    {
      'without a function around it': { calls: [{ id: 'call-1', name: 'answer', arguments: answer }] },
      'with args': { calls: [{ id: 'call-1', type: 'tool_call', name: 'answer', args: bad }] },
      'as a part of the content': { parts: [{ type: 'tool_use', id: 'call-1', name: 'answer', input: bad }] },
    },
    (what) => `a call of a tool ${what} counts`,
    (said) => ({ said: [{ ...said, finish: 'tool_calls' }], json: true, expected: { object: bad } }),
  ),
  'a call of a tool that stands in the text counts': {
    said: [{ text: `<tool_call>{"name":"answer","arguments":${answer}}</tool_call>` }],
    json: true,
    expected: { object: bad },
  },
  ...byName(
    {
      Qwen: '<tool_call>\n<function=answer>\n<parameter=tone>\nbad\n</parameter>\n</function>\n</tool_call>',
      Seed: '<seed:tool_call><function=answer><parameter=tone>bad</parameter></function></seed:tool_call>',
      MiniMax:
        '<minimax:tool_call>\n<invoke name="answer">\n<parameter name="tone">bad</parameter>\n</invoke>\n</minimax:tool_call>',
      GLM: '<tool_call>answer\n<arg_key>tone</arg_key>\n<arg_value>bad</arg_value>\n</tool_call>',
      DeepSeek: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>answer\n\`\`\`json\n${answer}\n\`\`\`<｜tool▁call▁end｜>`,
      Kimi: `<|tool_calls_section_begin|><|tool_call_begin|>functions.answer:0<|tool_call_argument_begin|>${answer}<|tool_call_end|>`,
      Llama: `<function=answer>${answer}</function>`,
      'Llama 4': '[answer(tone="bad")]',
      'DeepSeek 3.2':
        '<｜DSML｜function_calls>\n<｜DSML｜invoke name="answer">\n<｜DSML｜parameter name="tone" string="true">bad</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
      'Command A': `<|START_ACTION|>[{"tool_call_id":"0","tool_name":"answer","parameters":${answer}}]<|END_ACTION|>`,
    },
    (what) => `a call of a tool in the markup of ${what} counts`,
    (text) => ({ said: [{ text }], json: true, expected: { object: bad } }),
  ),
  'a call of a tool in markup that the server calls thoughts counts': {
    said: [{ text: '', reasoning: 'Hm.\n<function=answer><parameter=tone>bad</parameter></function>' }],
    json: true,
    expected: { object: bad },
  },
  'the last of several answers counts, whatever stands around them': {
    said: [{ text: `\`\`\`json\n${draft}\n\`\`\`\nOn second thought: ${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'a part of an answer that is not whole is not an answer': {
    said: [{ text: `{"draft":${draft},` }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'JSON with a comma too many and single quotation marks is mended without another request': {
    said: [{ text: "{'tone': 'bad',}" }],
    json: true,
    expected: { object: bad },
  },
  'JSON with names without quotation marks and a comment is mended without another request': {
    said: [{ text: '```json\n{\n  tone: "bad", // not good\n}\n```' }],
    json: true,
    expected: { object: bad },
  },
  'JSON that was abridged is not mended': {
    said: [{ text: '{"tone": "good", ...}' }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  ...byName(
    {
      'an empty answer': { text: '' },
      'an answer of line breaks': { text: '\n \n' },
      'an answer of invisible characters': { text: '\u200b\ufeff' },
      'an answer of thoughts in tags alone': { text: '<think>Hm.</think>' },
      'an answer of thoughts alone': { text: '', reasoning: 'Hm.' },
    },
    (what) => `${what} is asked for again, without an empty turn`,
    (said) => ({ said: [said, { text: answer }], json: true, expected: { object: bad } }),
  ),
  ...byName(
    {
      brackets: '['.repeat(100_000),
      braces: '{"a":'.repeat(100_000),
      'tags of thoughts': '<think>'.repeat(100_000),
      fences: '```\n'.repeat(100_000),
      'line ends in a fence': `\`\`\`${'\n'.repeat(100_000)}`,
      'quotation marks': '{"'.repeat(100_000),
      'tags of calls': '<tool_call><function=a><parameter=a>'.repeat(33_000),
      'calls in code': 'a(b='.repeat(100_000),
      backslashes: `{"${'\\'.repeat(100_000)}`,
    },
    (what) => `a hundred thousand ${what} are read at once`,
    (text) => ({ said: [{ text }, { text: answer }], json: true, expected: { object: bad } }),
  ),
  'an answer that declines is refused': {
    said: [{ refusal: 'I cannot help with that.' }],
    json: true,
    expected: { code: 'REFUSED', words: 'I cannot help with that.', usage: { inputTokens: 7, outputTokens: 3 } },
  },
}
