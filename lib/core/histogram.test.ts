import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf, percentile } from '@/lib/core/histogram'

test('a percentile is within 5 % of the true one, also below a millisecond', () => {
  const durations = fc.array(fc.integer({ min: 101, max: 86_400_000_000 }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (micros, q) => {
      const counts = new Map<number, number>()
      for (const us of micros) counts.set(bucketOf(us / 1000), (counts.get(bucketOf(us / 1000)) ?? 0) + 1)
      const sorted = micros.toSorted((a, b) => a - b)
      const trueMs = (sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? 0) / 1000
      expect(Math.abs((percentile(counts, q) ?? 0) / trueMs - 1)).toBeLessThan(0.05)
    }),
  )
})

test('nothing counted has no percentile; 0.1 ms and shorter reads 0', () => {
  expect(percentile(new Map(), 0.5)).toBeNull()
  expect(percentile(new Map([[bucketOf(0.05), 3]]), 0.5)).toBe(0)
})
