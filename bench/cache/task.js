// What both sides of the benchmark do: a question about each row, answered from what is kept.
export const rows = 50_000
export const question = 'Summarise in one sentence: '
export const answerTo = (text) => `A row about ${text.slice(0, 120)}`
