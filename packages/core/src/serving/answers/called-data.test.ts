import { expect, test } from 'vitest'
import { calledData } from './called-data.js'

const schema = {
  type: 'object',
  properties: {
    tone: { type: 'string' },
    score: { type: 'integer' },
    sure: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    kind: { enum: ['1', '2'] },
  },
}

test.each<[string, string, object[]]>([
  [
    'Qwen',
    '<tool_call>\n<function=answer>\n<parameter=tone>\nbad\n</parameter>\n<parameter=score>\n7\n</parameter>\n</function>\n</tool_call>',
    [{ tone: 'bad', score: 7 }],
  ],
  [
    'Qwen, without a part of its ends',
    '<function=answer>\n<parameter=sure>\nTrue\n</parameter>\n<parameter=tags>\n["a", "b"]\n</parameter>',
    [{ sure: true, tags: ['a', 'b'] }],
  ],
  [
    'MiniMax',
    '<minimax:tool_call><invoke name="answer"><parameter name="tone">bad</parameter></invoke></minimax:tool_call>',
    [{ tone: 'bad' }],
  ],
  [
    'GLM',
    '<tool_call>answer\n<arg_key>tone</arg_key>\n<arg_value>bad</arg_value>\n<arg_key>score</arg_key>\n<arg_value>7</arg_value>\n</tool_call>',
    [{ tone: 'bad', score: 7 }],
  ],
  ['a text that looks like a number', '<function=a><parameter=tone>7</parameter></function>', [{ tone: '7' }]],
  ['a choice that looks like a number', '<function=a><parameter=kind>1</parameter></function>', [{ kind: '1' }]],
  ['lines within a value', '<function=a><parameter=tone>\n a\n\nb \n</parameter></function>', [{ tone: ' a\n\nb ' }]],
  [
    'tags within a value',
    '<function=a><parameter=tone>the tag <function=b> is bad</parameter></function>',
    [{ tone: 'the tag <function=b> is bad' }],
  ],
  [
    'two calls',
    '<function=a><parameter=tone>good</parameter></function><function=a><parameter=tone>bad</parameter></function>',
    [{ tone: 'good' }, { tone: 'bad' }],
  ],
  [
    'code',
    "<|tool_call_start|>[answer(tone='bad', score=7, sure=True)]<|tool_call_end|>",
    [{ tone: 'bad', score: 7, sure: true }],
  ],
  ['a value that was cut off', '<function=a><parameter=tone>ba', []],
  ['no call', 'The tone (as <b>you</b> say) is bad.', []],
])('the data of a call are read: %s', (_, text, expected) => {
  expect(calledData(text, schema)).toEqual(expected)
})

test.each(['<function=a>', '<parameter=a>', '<arg_key>', 'a(a=', '</parameter>', '<a'])(
  'a hundred thousand times %s are read at once',
  (part) => {
    const start = performance.now()
    calledData(part.repeat(100_000), schema)
    expect(performance.now() - start).toBeLessThan(2000)
  },
)
