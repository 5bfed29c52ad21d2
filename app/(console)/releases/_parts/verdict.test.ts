import { describe, expect, test } from 'vitest'
import type { ReleaseFigures } from './figures'
import { releaseVerdict } from './verdict'

const row = (release: string | null, change: Partial<ReleaseFigures> = {}): ReleaseFigures => ({
  keys: { agent: 'support-refunds', release },
  interactions: 100,
  closed: 100,
  resolved: 80,
  escalated: 5,
  costUsd: '12.000000000',
  unattributedCostUsd: '0.000000000',
  costPerResolutionUsd: '0.150000000',
  knownCostInteractions: 100,
  inputTokens: 1,
  cacheReadTokens: 0,
  outputTokens: 1,
  llmCalls: 100,
  llmErrors: 0,
  unknownCostCalls: 0,
  p50Ms: 1,
  p95Ms: 1,
  ...change,
})

describe('the verdict of the releases page', () => {
  test('names the cheapest and by how much the dearest differs', () => {
    const rows = [
      row('r15', { costPerResolutionUsd: '0.177020217' }),
      row('r14', { costPerResolutionUsd: '0.121620116' }),
    ]
    expect(releaseVerdict(rows, row(null))).toBe(
      'support-refunds r14 resolves a case for $0.1216; support-refunds r15 needs $0.1770, 45.6 % more.',
    )
  })

  test('one release is described by its counts', () => {
    expect(releaseVerdict([row('r14')], row(null))).toBe(
      'support-refunds r14 resolves a case for $0.1500: 80 of 100 closed interactions resolved.',
    )
  })

  test.each([
    [{ interactions: 0, llmCalls: 0, closed: 0, resolved: 0 }, 'No interaction started in this range.'],
    [
      { interactions: 0, llmCalls: 1, closed: 0, resolved: 0 },
      '1 call arrived without an interaction, so nothing can be resolved yet.',
    ],
    [{ interactions: 3, closed: 0, resolved: 0 }, '3 interactions started; none has an outcome yet.'],
    [{ closed: 1, resolved: 0 }, 'None of 1 closed interaction was resolved.'],
    [{ resolved: 80 }, '80 of 100 closed interactions resolved; what that cost is unknown.'],
  ])('without a known cost per resolution it says why: %o', (change, sentence) => {
    const unknown = { costPerResolutionUsd: null, ...change }
    expect(releaseVerdict([row('r14', unknown)], row(null, unknown))).toBe(sentence)
  })

  test('where no release is named a known cost is said, with what names one', () => {
    expect(releaseVerdict([row(null)], row(null))).toBe(
      'A case is resolved for $0.1500: 80 of 100 closed interactions resolved. No release is named to compare; service.version names one.',
    )
  })

  test('calls of unknown price are said, never silently left out', () => {
    expect(releaseVerdict([row('r14')], row(null, { unknownCostCalls: 12 }))).toContain(
      'Not in any cost: 12 calls of unknown price.',
    )
  })

  test('calls without a release are never called the cheapest', () => {
    expect(releaseVerdict([row(null, { costPerResolutionUsd: '0.010000000' }), row('r14')], row(null))).toContain('r14')
  })
})
