import { readFileSync } from 'node:fs'

/** Looks for each row's own answer in what was written. @returns how many rows are missing or have another's answer */
export function checkAnswers(path, rows) {
  const answers = new Map()
  let twice = 0
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    const { row, answer } = JSON.parse(line)
    if (answers.has(row)) twice++
    answers.set(row, answer)
  }
  let lost = 0
  let wrong = twice
  for (let row = 0; row < rows; row++) {
    if (!answers.has(row)) lost++
    else if (answers.get(row) !== `answer ${row}`) wrong++
  }
  return { lost, wrong }
}
