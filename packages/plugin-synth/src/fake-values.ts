import type { Faker } from '@faker-js/faker'
import type { locales } from './options.js'
import type { FakeKind } from './sampler-types.js'

type Locale = (typeof locales)[number]

const load: Readonly<Record<Locale, () => Promise<{ readonly faker: Faker }>>> = {
  en: () => import('@faker-js/faker/locale/en'),
  zh_CN: () => import('@faker-js/faker/locale/zh_CN'),
  de: () => import('@faker-js/faker/locale/de'),
  fr: () => import('@faker-js/faker/locale/fr'),
  es: () => import('@faker-js/faker/locale/es'),
  ja: () => import('@faker-js/faker/locale/ja'),
  sv: () => import('@faker-js/faker/locale/sv'),
}

const makers: Readonly<Record<FakeKind, (faker: Faker) => string>> = {
  'first-name': (faker) => faker.person.firstName(),
  'last-name': (faker) => faker.person.lastName(),
  'full-name': (faker) => faker.person.fullName(),
  // Reserved addresses that belong to nobody.
  email: (faker) => faker.internet.exampleEmail(),
  phone: (faker) => faker.phone.number(),
  job: (faker) => faker.person.jobTitle(),
  company: (faker) => faker.company.name(),
  product: (faker) => faker.commerce.productName(),
  city: (faker) => faker.location.city(),
  country: (faker) => faker.location.country(),
  street: (faker) => faker.location.streetAddress(),
  word: (faker) => faker.lorem.word(),
  sentence: (faker) => faker.lorem.sentence(),
  paragraph: (faker) => faker.lorem.paragraph(),
}

/** Creates fake values of a language, the same for the same seed. */
export async function fakeValues(locale: Locale): Promise<(kind: FakeKind, seed: number) => string> {
  const { faker } = await load[locale]()
  // Some values depend on the date, so a fixed one keeps them the same.
  faker.setDefaultRefDate('2026-01-01T00:00:00.000Z')
  return (kind, seed) => {
    faker.seed(seed)
    return makers[kind](faker)
  }
}
