import { describe, expect, test } from 'vitest'
import { loadNormalizer, type normalizerNames } from './normalizers/normalizers.js'

type Name = (typeof normalizerNames)[number]
const apply = async (name: Name, text: string) => (await loadNormalizer(name))(text)

test.each<[Name, string, string]>([
  ['unicode', 'e\u0301', 'é'],
  ['compatibility', 'ＡＢＣ１２３ﬁ', 'ABC123fi'],
  ['whitespace', '  a \t b\u00A0\u3000c \r\n\r\n\r\n\n d  ', 'a b c\n\nd'],
  ['controls', 'a\u0000b\u200B\uFEFFc\td\n👨\u200D👩', 'abc\td\n👨\u200D👩'],
  ['urls', 'see https://a.example/x?y=1, or www.b.example。好', 'see  or 。好'],
  ['emails', 'write to ann.lee@example.com now', 'write to  now'],
  ['emoji', 'ok 👍🏽 👨‍👩‍👧 🇨🇳 1️⃣ #1 © 2026 ❤️', 'ok     #1 © 2026 '],
  ['punctuation', '“it’s” — well…', '"it\'s" - well...'],
  ['lowercase', 'ÀÉ ABC', 'àé abc'],
  ['references', 'known[12] fact[citation needed] x[i]', 'known fact x[i]'],
  ['unwrap', 'one\ntwo\n\n三\n四\nfive', 'one two\n\n三四 five'],
  [
    'c4-lines',
    'This line has enough words.\nMenu\nRead more about it here...\nPlease enable JavaScript to see it.\n这一行有足够多的词语。',
    'This line has enough words.\n这一行有足够多的词语。',
  ],
  ['html', '<head><title>t</title></head><p>a &amp; b</p><script>x()</script><div>c<br>d</div>', 'a & b\nc\nd'],
  ['html', 'a < b and c > d', 'a < b and c > d'],
  ['html', 'no tags', 'no tags'],
  ['unicode', '\uF900在', '\u8C48在'],
  ['compatibility', '㈱テスト①', '(株)テスト1'],
  ['whitespace', '　你好 \u3000 世界　\n\n\n\n再见', '你好 世界\n\n再见'],
  ['controls', '你\u200B好\u0007，世界', '你好，世界'],
  ['urls', '请看https://a.example/x，谢谢', '请看，谢谢'],
  ['emails', '请写信到 li@example.cn ，谢谢', '请写信到  ，谢谢'],
  ['emoji', '你好👋🏽世界🇨🇳①', '你好世界①'],
  ['punctuation', '他说“好”——真的…', '他说"好"--真的...'],
  ['lowercase', '用ＡＢＣ和JSON', '用ａｂｃ和json'],
  ['references', '北京[3]很大[来源请求]。', '北京很大。'],
  ['html', '<p>你&#22909;</p><style>茶</style><p>世界</p>', '你好\n世界'],
])('%s of %j', async (name, text, expected) => {
  expect(await apply(name, text)).toBe(expected)
})

describe('hostile texts', () => {
  test.each<[Name, string]>([
    ['html', '<div>'.repeat(100_000)],
    ['html', '<'.repeat(200_000)],
    ['html', `<${' '.repeat(400_000)}`],
    ['html', '&'.repeat(200_000)],
    ['whitespace', ' '.repeat(400_000)],
    ['whitespace', '\n '.repeat(200_000)],
    ['unwrap', '\n \n'.repeat(100_000)],
    ['emails', 'a@'.repeat(200_000)],
    ['emails', 'a.'.repeat(200_000)],
    ['urls', 'www.'.repeat(100_000)],
    ['emoji', '👩\u200D'.repeat(100_000)],
    ['c4-lines', '"”'.repeat(100_000)],
  ])('%s ends soon (%#)', async (name, text) => {
    const started = performance.now()
    await apply(name, text)
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})
