import { describe, expect, test } from 'vitest'
import { loadMeasures, type MeasureName, measureNames } from './measures.js'
import { TextParts } from './text-parts.js'

async function measured(text: string, name: MeasureName, blocked: readonly string[] = []) {
  return (await loadMeasures([name], blocked))(new TextParts(text), name)
}

const english = 'The quick brown fox jumps over the lazy dog. It does not stop!\n\nIs it tired? No, it is not.'
const chinese = '北京是中国的首都。这座城市有两千多万人口，也是一个文化中心！\n\n你去过吗？'

describe.each<[MeasureName, number, number]>([
  ['characters', 91, 37],
  ['sentences', 4, 3],
  ['lines', 2, 2],
  ['paragraphs', 2, 2],
  ['punctuatedLineRatio', 1, 1],
  ['digitRatio', 0, 0],
  ['alphabeticWordRatio', 1, 1],
  ['duplicateLineRatio', 0, 0],
])('%s', (name, ofEnglish, ofChinese) => {
  test('of an English text', async () => expect(await measured(english, name)).toBeCloseTo(ofEnglish, 10))
  test('of a Chinese text', async () => expect(await measured(chinese, name)).toBeCloseTo(ofChinese, 10))
})

test.each<[MeasureName, string, number]>([
  ['stopWords', 'the cat and the dog of the house', 3],
  ['stopWords', '我的书在这里', 4],
  ['symbolWordRatio', 'one #two # three ... four …', 4 / 4],
  ['bulletLineRatio', '- one\n* two\n1. three\n（一）四\nfive', 4 / 5],
  ['ellipsisLineRatio', 'read more...\n更多……\nend.', 2 / 3],
  ['shortLineRatio', `short\n${'a longer line of text '.repeat(3)}`, 1 / 2],
  ['shortLineRatio', '很短的一行\n这一行的文字就比较长了一些所以不算短', 1 / 2],
  ['capitalRatio', 'ABC def', 0.5],
  ['capitalRatio', '没有大小写', 0],
  ['uniqueWordRatio', 'a b a b', 0.5],
  ['specialCharacterRatio', 'ab★☆', 0.5],
  ['duplicateLineRatio', 'same\nsame\nsame\nother', 0.5],
  ['duplicateLineCharacterRatio', 'aaaa\naaaa\nbb', 0.4],
  ['duplicateParagraphRatio', 'one\n\ntwo\n\none', 1 / 3],
  ['top2WordRatio', 'a b a b a b', 1],
  ['top2WordRatio', 'a b c d e f', 0],
  ['duplicate5WordRatio', 'a b c d e a b c d e', 0.5],
  ['duplicate5WordRatio', '', 0],
  ['curlyBrackets', 'if (x) { y() }', 2],
  ['htmlEntities', 'a&nbsp;b &#39; &#x27; AT&T; a & b', 3],
  ['htmlTags', '<p>a</p> a < b > c <br/>', 3],
  ['urls', 'see https://a.example/x?y=1 and http://b.example.', 2],
  ['loremIpsum', 'Lorem ipsum dolor', 1],
  ['javascriptLines', 'Please enable JavaScript\nA text.', 1],
  ['policyLines', 'We use cookies.\n使用条款和隐私政策\nA text.', 2],
  ['brokenCharacters', 'cafÃ© \uFFFD 锟斤拷', 3],
  ['personalData', 'mail ann@example.com or call +49 30 901820', 2],
  ['personalData', '4111 1111 1111 1111, 4111 1111 1111 1112', 1],
  ['personalData', '身份证号11010519491231002X，编号110105194912310021', 1],
  ['personalData', 'version 1.2.3 costs 1,049.00 on 2026-01-01', 0],
])('%s of %s', async (name, text, expected) => {
  expect(await measured(text, name)).toBeCloseTo(expected, 10)
})

test('blocked words count in any capitals, as whole words or within Chinese', async () => {
  expect(await measured('Bad BADGE bad-ish 这很坏的', 'blockedWords', ['bad', '坏', ' ', 'a.b'])).toBe(3)
  expect(await measured('a.b axb', 'blockedWords', ['a.b'])).toBe(1)
  expect(await measured('bad', 'blockedWords')).toBe(0)
})

test.each([
  ['This is a plain English sentence about the weather.', 'en'],
  ['这是一个关于天气的普通中文句子。', 'zh'],
  ['これは天気についての普通の文です。', 'ja'],
  ['Dies ist ein gewöhnlicher deutscher Satz über das Wetter.', 'de'],
  ['Это обычное предложение о погоде.', 'ru'],
  ['12345 !!!', null],
  ['', null],
])('the language of %s is %s', async (text, language) => {
  expect(await measured(text, 'language')).toBe(language)
})

test('every measure of an empty text, of blanks, and of half a character is a finite number or null', async () => {
  const measureText = await loadMeasures(measureNames, ['x'])
  for (const text of ['', ' \n\n ', '\uD83D', '\0', '…', 'a'.repeat(10)])
    for (const name of measureNames) {
      const value = measureText(new TextParts(text), name)
      expect(
        value === null || typeof value === 'string' || Number.isFinite(value),
        `${name} of ${JSON.stringify(text)}`,
      ).toBe(true)
    }
})

test('words of Chinese are those of the segmenter, which differ a little between its versions', async () => {
  expect(await measured(english, 'words')).toBe(20)
  expect(await measured(english, 'newlineWordRatio')).toBe(2 / 20)
  const words = await measured(chinese, 'words')
  expect(words).toBeGreaterThan(14)
  expect(words).toBeLessThan(25)
})

// A rule whose time grows with the square of the length would take minutes.
test.each([
  'a',
  '中',
  ' ',
  '\n',
  ' \n',
  '{',
  '.',
  '#',
  '-',
  '&a',
  '@',
  '1 ',
  'a@',
  'a.',
  '<a',
  '12345678901234567',
  'a b ',
])('a text of 400,000 characters of %j is measured soon', async (unit) => {
  const measureText = await loadMeasures(measureNames, ['x'])
  const parts = new TextParts(unit.repeat(400_000 / unit.length))
  const started = performance.now()
  for (const name of measureNames) measureText(parts, name)
  expect(performance.now() - started).toBeLessThan(20_000)
})
