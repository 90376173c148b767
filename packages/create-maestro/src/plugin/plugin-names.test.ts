import { MaestroError } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { pluginNames } from './plugin-names.js'

test.each([
  ['weather', 'maestro-plugin-weather', 'weather', 'Weather', 'WEATHER'],
  ['/tmp/x/maestro-plugin-my-weather', 'maestro-plugin-my-weather', 'my-weather', 'MyWeather', 'MY_WEATHER'],
  ['plugin-weather', 'plugin-weather', 'weather', 'Weather', 'WEATHER'],
  ['/tmp/@acme/plugin-weather', '@acme/plugin-weather', 'weather', 'Weather', 'WEATHER'],
  ['@acme/weather', '@acme/weather', 'weather', 'Weather', 'WEATHER'],
])('%s', (folder, packageName, prefix, pascal, constant) => {
  expect(pluginNames(folder)).toEqual({ packageName, prefix, pascal, constant })
})

test.each(['Weather', 'my weather', '1st', 'maestro-plugin-', 'wetter-ö', 'a_b'])('%s is not a name', (name) => {
  const error = (() => {
    try {
      return pluginNames(name)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(MaestroError.is(error, 'MAESTRO_CREATE_NAME')).toBe(true)
})
