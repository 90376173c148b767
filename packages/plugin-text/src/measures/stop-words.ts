/**
 * Common function words. The English ones are those of Gopher (Rae et al. 2021, A1.1); the Chinese ones are the most
 * frequent particles, pronouns, and conjunctions, and the Japanese ones are particles and endings.
 */
export const stopWords = {
  en: ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'],
  zh: [
    '的',
    '是',
    '在',
    '了',
    '和',
    '有',
    '不',
    '我',
    '这',
    '他',
    '也',
    '就',
    '都',
    '与',
    '为',
    '以',
    '對',
    '這',
    '個',
  ],
  ja: ['の', 'は', 'に', 'を', 'が', 'と', 'で', 'て', 'も', 'た'],
} as const satisfies Record<string, readonly string[]>
