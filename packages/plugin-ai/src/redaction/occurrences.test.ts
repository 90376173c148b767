import { expect, test } from 'vitest'
import { occurrences } from './occurrences.js'

const found = (text: string, value: string) =>
  occurrences(text, [{ type: 'person', text: value }]).map(({ start, end }) => text.slice(start, end))

test.each<[string, string, readonly string[]]>([
  ['ANN LEE met Annabel Leeds and ann  lee', 'Ann Lee', ['ANN LEE', 'ann  lee']],
  ['Signed: _Ann Lee_, **Ann Lee**', 'Ann Lee', ['Ann Lee', 'Ann Lee']],
  ['José and Jose\u0301 and JOSÉ', 'José', ['José', 'Jose\u0301', 'JOSÉ']],
  ['José', 'Jose\u0301', ['José']],
  ['Re: Jose Nunez', 'José Núñez', ['Jose Nunez']],
  ['Nguyễn Văn An, NGUYEN VAN AN', 'Nguyễn Văn An', ['Nguyễn Văn An', 'NGUYEN VAN AN']],
  ['Артём и Артем', 'Артём', ['Артём', 'Артем']],
  ['İbrahim, ibrahim, IBRAHIM', 'İbrahim', ['İbrahim', 'ibrahim', 'IBRAHIM']],
  ['Ａｎｎ Ｌｅｅ, Ann\u00a0Lee, Ann\u200bLee', 'Ann Lee', ['Ａｎｎ Ｌｅｅ', 'Ann\u00a0Lee', 'Ann\u200bLee']],
  ['Lee, Ann; LEE ANN; **Ann** Lee', 'Ann Lee', ['Ann** Lee', 'Lee, Ann', 'LEE ANN']],
  ['김철수는 김철수가 김철순', '김철수', ['김철수', '김철수']],
  ['ศรีสุดา ศรีสุด', 'ศรีสุดา', ['ศรีสุดา']],
  ['राम और रमा', 'राम', ['राम']],
  ['😀 Ann 😀', 'Ann', ['Ann']],
  ['Ann', '  ', []],
  ['Herr Weiß, HERR WEISS', 'Herr Weiß', ['Herr Weiß', 'HERR WEISS']],
  ['Frau Strauß', 'frau STRAUSS', ['Frau Strauß']],
  ["O’Neil-Smith, O'NEIL‑SMITH", "O'Neil-Smith", ['O’Neil-Smith', "O'NEIL‑SMITH"]],
  ['ann_lee.pdf, ann.lee, Ann-Lee, Annlee', 'Ann Lee', ['ann_lee', 'ann.lee', 'Ann-Lee', 'Annlee']],
  ['Joann and Jo Ann', 'Jo Ann', ['Jo Ann']],
  ['张三说张三', '张三', ['张三', '张三']],
  ['山田　太郎は山田太郎', '山田　太郎', ['山田　太郎', '山田太郎']],
  ['王 小明和王小明', '王小明', ['王 小明', '王小明']],
  ['a.b (c) a.b', 'a.b', ['a.b', 'a.b']],
])('in %j, %j is found as %j', (text, value, pieces) => {
  expect(found(text, value)).toEqual(pieces)
})
