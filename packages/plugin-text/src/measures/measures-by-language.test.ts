// Each measure of an English text and of a Chinese one. The texts show what the measure is about.
import { expect, test } from 'vitest'
import { loadMeasures, type MeasureName, measureNames } from './measures.js'
import { TextParts } from './text-parts.js'

type Example = readonly [text: string, value: number | string]
interface Examples {
  readonly en: Example
  readonly zh: Example
}

const repeated = (unit: string, times: number, separator = '') =>
  Array.from({ length: times }, () => unit).join(separator)
const tenWords = 'one two three four five six seven eight nine ten'
const tenNames = '北京 上海 广州 深圳 天津 重庆 成都 武汉 南京 西安'
/** A sequence of ten words that stands twice. */
const twice: Examples = { en: [`${tenWords} ${tenWords}`, 0.5], zh: [`${tenNames} ${tenNames}`, 0.5] }

const examples: Readonly<Record<MeasureName, Examples>> = {
  characters: { en: ['two words', 9], zh: ['你好，世界', 5] },
  words: { en: ["It's a well-known fact.", 4], zh: ['北京 上海 广州', 3] },
  sentences: { en: ['One. Two! And three?', 3], zh: ['一句。两句！三句？', 3] },
  lines: { en: ['one\n\ntwo', 2], zh: ['一行\n\n两行', 2] },
  paragraphs: { en: ['one\ntwo\n\nthree', 2], zh: ['一段\n的第二行\n\n第二段', 2] },
  meanWordLength: { en: ['ab abcd', 3], zh: ['北京 上海', 2] },
  uniqueWordRatio: { en: ['tea and tea', 2 / 3], zh: ['北京 上海 北京', 2 / 3] },
  lexicalDiversity: { en: [repeated('tea', 10, ' '), 2], zh: [repeated('北京', 10, ' '), 2] },
  longestPhrase: { en: ['one, two three. four', 2], zh: ['北京，上海 广州。天津', 2] },
  stopWords: { en: ['the top of the hill', 2], zh: ['这是我的书', 4] },
  stopWordRatio: { en: ['the tea of the house', 3 / 5], zh: ['我 和 北京', 2 / 3] },
  symbolWordRatio: { en: ['# one # two', 1], zh: ['＃北京 上海……', 1] },
  alphabeticWordRatio: { en: ['one 2', 1 / 2], zh: ['北京 2', 1 / 2] },
  letterRatio: { en: ['ab 12', 1 / 2], zh: ['北京 12', 1 / 2] },
  digitRatio: { en: ['ab 12', 1 / 2], zh: ['北京 12', 1 / 2] },
  specialCharacterRatio: { en: ['ab, ★☆$', 1 / 2], zh: ['北京，★☆￥', 1 / 2] },
  capitalRatio: { en: ['ABC def', 1 / 2], zh: ['北京 ABc', 2 / 3] },
  bulletLineRatio: { en: ['- one\n2. two\nthree', 2 / 3], zh: ['• 北京\n一、上海\n广州', 2 / 3] },
  ellipsisLineRatio: { en: ['read more...\nend.', 1 / 2], zh: ['更多……\n结束。', 1 / 2] },
  endsWithColon: { en: ['The answer is:', 1], zh: ['答案如下：', 1] },
  punctuatedLineRatio: { en: ['It ends.\nMenu', 1 / 2], zh: ['结束了。\n菜单', 1 / 2] },
  shortLineRatio: {
    en: [`Menu\n${repeated('a long line ', 4)}`, 1 / 2],
    zh: ['菜单\n这一行的文字比较长所以不算短', 1 / 2],
  },
  newlineWordRatio: { en: ['one\ntwo', 1 / 2], zh: ['北京\n上海', 1 / 2] },
  duplicateLineRatio: { en: ['tea\ntea\nmilk', 1 / 3], zh: ['牛奶\n牛奶\n茶叶', 1 / 3] },
  duplicateLineCharacterRatio: { en: ['tea\ntea\nmilk', 3 / 10], zh: ['牛奶\n牛奶\n茶', 2 / 5] },
  duplicateParagraphRatio: { en: ['tea\n\nmilk\n\ntea', 1 / 3], zh: ['牛奶\n\n茶\n\n牛奶', 1 / 3] },
  duplicateParagraphCharacterRatio: { en: ['tea\n\nmilk\n\ntea', 3 / 10], zh: ['牛奶\n\n茶\n\n牛奶', 2 / 5] },
  top2WordRatio: { en: ['aa bb cc aa bb', 8 / 10], zh: ['北京 上海 广州 北京 上海', 8 / 10] },
  top3WordRatio: { en: ['aa bb cc dd aa bb cc', 12 / 14], zh: ['北京 上海 广州 天津 北京 上海 广州', 12 / 14] },
  top4WordRatio: {
    en: ['aa bb cc dd ee aa bb cc dd', 16 / 18],
    zh: ['北京 上海 广州 天津 重庆 北京 上海 广州 天津', 16 / 18],
  },
  duplicate5WordRatio: twice,
  duplicate6WordRatio: {
    en: ['aa bb cc dd ee ff gg aa bb cc dd ee ff', 6 / 13],
    zh: ['北京 上海 广州 天津 重庆 成都 武汉 北京 上海 广州 天津 重庆 成都', 6 / 13],
  },
  duplicate7WordRatio: {
    en: ['aa bb cc dd ee ff gg aa bb cc dd ee ff gg', 1 / 2],
    zh: ['北京 上海 广州 天津 重庆 成都 武汉 北京 上海 广州 天津 重庆 成都 武汉', 1 / 2],
  },
  duplicate8WordRatio: {
    en: ['aa bb cc dd ee ff gg hh aa bb cc dd ee ff gg hh', 1 / 2],
    zh: ['北京 上海 广州 天津 重庆 成都 武汉 南京 北京 上海 广州 天津 重庆 成都 武汉 南京', 1 / 2],
  },
  duplicate9WordRatio: {
    en: ['aa bb cc dd ee ff gg hh ii aa bb cc dd ee ff gg hh ii', 1 / 2],
    zh: ['北京 上海 广州 天津 重庆 成都 武汉 南京 西安 北京 上海 广州 天津 重庆 成都 武汉 南京 西安', 1 / 2],
  },
  duplicate10WordRatio: twice,
  curlyBrackets: { en: ['if (x) { y }', 2], zh: ['如果 { 是 }', 2] },
  htmlEntities: { en: ['a&nbsp;b &amp; c', 2], zh: ['你&nbsp;好 &#20013;', 2] },
  htmlTags: { en: ['<p>tea</p>', 2], zh: ['<p>茶</p>', 2] },
  urls: { en: ['see https://a.example/x.', 1], zh: ['请看 https://a.example/中文 。', 1] },
  loremIpsum: { en: ['Lorem ipsum dolor', 1], zh: ['这里是 Lorem ipsum 占位文字', 1] },
  javascriptLines: { en: ['Please enable JavaScript.\nTea.', 1], zh: ['请启用JavaScript\n茶', 1] },
  policyLines: { en: ['We use cookies.\nTea.', 1], zh: ['请阅读隐私政策\n茶', 1] },
  watermarks: {
    en: ['Copyright © 2026. All rights reserved. Confidentially, tea.', 3],
    zh: ['版权所有，机密文件，带有水印', 3],
  },
  brokenCharacters: { en: ['cafÃ© \uFFFD', 2], zh: ['锟斤拷锟斤拷 茶', 2] },
  personalData: { en: ['mail ann@example.com', 1], zh: ['身份证号11010519491231002X', 1] },
  blockedWords: { en: ['Bad badge', 1], zh: ['很坏的茶', 1] },
  languageScore: { en: ['Tea is the best drink of the day.', 1], zh: ['这是一个关于天气的普通中文句子。', 1] },
  language: { en: ['Tea is the best drink of the day.', 'en'], zh: ['这是一个关于天气的普通中文句子。', 'zh'] },
}

test.each(measureNames)('%s of an English text and of a Chinese one', async (name) => {
  const measureText = await loadMeasures([name], ['bad', '坏'])
  for (const [text, expected] of Object.values(examples[name])) {
    const value = measureText(new TextParts(text), name)
    if (name === 'languageScore') expect(value).toBeGreaterThan(0.3)
    else if (typeof expected === 'string') expect(value).toBe(expected)
    else expect(value, text).toBeCloseTo(expected, 10)
  }
})
