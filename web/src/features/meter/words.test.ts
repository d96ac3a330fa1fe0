import { expect, it } from 'vitest'
import { interval } from './words'

it('says intervals in the largest unit that fits', () => {
  expect([30, 60, 90, 900, 3600, 86400].map(interval)).toEqual(['30 秒', '1 分钟', '90 秒', '15 分钟', '1 小时', '24 小时'])
})
