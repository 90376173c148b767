// The rows of the benchmark, made as they are asked for.
const words = 'the quick brown fox jumps over the lazy dog and 漢字 too '.repeat(3)

export function* makeRows(count) {
  for (let n = 0; n < count; n++) {
    yield {
      id: n,
      name: `name ${n}`,
      text: words.slice(n % 20),
      city: ['Oslo', '上海', 'Bergen', 'São Paulo'][n % 4],
      price: n * 1.25,
      stars: n % 6,
      open: n % 2 === 0,
      at: new Date(1_700_000_000_000 + n * 1000),
    }
  }
}
