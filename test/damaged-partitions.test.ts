import { testDamage } from './durability/damage-files.js'

testDamage(['has finished stages and commits partitions to a database'])
