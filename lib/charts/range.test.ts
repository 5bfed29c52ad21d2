import { expect, test } from 'vitest'
import { parseRange, rangeBounds, rangeParams, type Range } from './range'

const NOW = new Date('2026-11-18T14:32:07Z')

test.each<[Range]>([
  [{ preset: '24h' }],
  [{ preset: '7d' }],
  [{ preset: '30d' }],
  [{ preset: 'all' }],
  [{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z' }],
])('what a URL says is what it was built from: %o', (range) => {
  expect(parseRange(rangeParams(range))).toEqual(range)
})

test.each([
  [{}],
  [{ range: '1y' }],
  [{ from: '2026-11-08' }],
  [{ from: '2026-11-08', to: '2026-11-01' }],
  [{ from: 'yesterday', to: 'now' }],
  [{ from: '2026-02-31T99:00', to: '2026-11-01' }],
])('a range that is none is the default: %o', (params) => {
  expect(parseRange(params)).toEqual({ preset: '30d' })
})

test('days and minutes without a zone are UTC', () => {
  expect(parseRange({ from: '2026-11-01', to: '2026-11-01T12:30' })).toEqual({
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-01T12:30:00.000Z',
  })
})

test('bounds stand still for an hour and contain now', () => {
  expect(rangeBounds({ preset: '24h' }, NOW)).toEqual({
    from: '2026-11-17T15:00:00.000Z',
    to: '2026-11-18T15:00:00.000Z',
  })
  expect(rangeBounds({ preset: '24h' }, new Date('2026-11-18T14:59:59.999Z')).to).toBe('2026-11-18T15:00:00.000Z')
  expect(rangeBounds({ preset: '24h' }, new Date('2026-11-18T15:00:00Z')).to).toBe('2026-11-18T16:00:00.000Z')
  expect(rangeBounds({ preset: 'all' }, NOW).from).toBe('2016-11-20T15:00:00.000Z')
})
