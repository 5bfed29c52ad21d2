import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jcs } from '@/lib/core/json'
import { auditView, personal, personalView } from '@/lib/core/personal'

const Person = z.object({
  id: z.string(),
  email: personal(z.string()),
  name: personal(z.string()).nullable().optional(),
  contacts: z.array(z.object({ phone: personal(z.string()) })),
  choice: z.union([z.number(), personal(z.string())]),
  since: z.date(),
  limit: z.bigint(),
  tags: z.array(z.string()),
})
const value = {
  id: 'usr_1',
  email: 'a@b.test',
  name: 'Ada',
  contacts: [{ phone: '1' }],
  choice: 'x',
  since: new Date(0),
  limit: 12n,
  tags: ['t'],
  passwordHash: 'not in the schema',
}

describe('auditView', () => {
  test('leaves out personal fields, also wrapped or nested ones, and what the schema does not name', () => {
    expect(auditView(value, Person)).toEqual({
      id: 'usr_1',
      since: '1970-01-01T00:00:00.000Z',
      limit: '12',
      tags: ['t'],
    })
  })
  test('together with personalView it holds every field of the schema exactly once', () => {
    const both = [...Object.keys(auditView(value, Person)), ...Object.keys(personalView(value, Person))]
    expect(both.sort()).toEqual(Object.keys(Person.shape).sort())
  })
  test('refuses what JSON cannot hold', () => {
    expect(() => auditView({ secret: new Uint8Array(4) }, z.object({ secret: z.any() }))).toThrow(TypeError)
  })
})

describe('jcs', () => {
  test('orders keys and writes numbers as RFC 8785 says', () => {
    expect(jcs({ b: [1e-7, 0.5, -0], a: 'ä\u0000"' })).toBe('{"a":"ä\\u0000\\"","b":[1e-7,0.5,0]}')
  })
  test.each([2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 }])(
    'refuses %j',
    (bad) => {
      expect(() => jcs([bad])).toThrow(RangeError)
    },
  )
})
