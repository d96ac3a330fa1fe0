import { expect, test } from 'vitest'
import { coarse, placeText, placeTrouble } from './place-text'

const fix = { lng: 120.6612345, lat: 28.0154321, accuracy: 11.6, at: Date.parse('2026-11-25T06:05:00Z') }

test('a position says how far off it may be and when it was taken', () => {
  expect(placeText(fix)).toBe('120.661235,28.015432（误差 12 米，14:05）')
  expect(placeText({ ...fix, accuracy: 0 })).toContain('误差 1 米')
})

test('without a position a person can go on', () => {
  for (const code of [1, 2, 3, undefined]) expect(placeTrouble(code)).toContain('请直接写明地点')
  expect(placeTrouble(1)).toContain('没有允许')
})

test('a position far off is told', () => {
  expect(coarse(fix)).toBe(false)
  expect(coarse({ ...fix, accuracy: 900 })).toBe(true)
})
