import fc from 'fast-check'

const digits = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: 0, max: 99999 })).map(([a, b]) => `${a}.${b}`),
  fc.constantFrom('00123', '1e5', '0.10', '1.239', '-0', '+7', ' 7 ', '0x10', '9007199254740993', '1_000', '٣'),
)

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  digits,
  fc.constantFrom(
    'a',
    'A',
    'b',
    'b,a',
    'a,b',
    'a ',
    'abcdef',
    '12345 ',
    'x\0y',
    '\ud800',
    '2',
    '{"a":1}',
    '[1]',
    'null',
    '"x"',
    'true',
    '',
  ),
  fc.constantFrom(
    '2026-01-02',
    '2026-01-02T03:04:05.678901Z',
    '2026-01-02 03:04:05.9+02',
    '0000-00-00',
    '2026-02-30',
    'infinity',
  ),
  fc.constantFrom(
    '03:04:05',
    '03:04:05.678',
    '-01:00:00',
    '5',
    '1 day',
    '1 day 00:00:00.5',
    '$1.25',
    '12.345',
    '10.0.0.1',
    '[1,5)',
    '101',
    '1010',
  ),
  fc.uuid(),
)

/** Values of every type, and texts that a database could mistake for another type. */
export const anyValue = fc.oneof(
  texts,
  fc.integer(),
  fc.integer({ min: 0, max: 2200 }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.double(),
  fc.float(),
  fc.constantFrom(0.1, 1.239, 0.5, -0, 1e300, 16777217, 1e21, Number.NaN, Number.POSITIVE_INFINITY),
  fc.boolean(),
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  fc.constantFrom(
    new Date('2026-01-02T00:00:00Z'),
    new Date('2026-01-02T03:04:05Z'),
    new Date('2026-01-02T03:04:05.678Z'),
  ),
  fc.uint8Array({ maxLength: 6 }),
  fc.constantFrom(new Float32Array([1, 0.5]), new Uint8Array([1, 2, 3, 4])),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.oneof(fc.integer(), texts, fc.constant(null)), { maxLength: 3 }),
  fc.constant(null),
)

