import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '@/lib/auth/password'

test('a password fits its own hash and no other one does', async () => {
  const stored = await hashPassword('correct horse battery')
  expect(stored).toMatch(/^scrypt\$15\$8\$3\$/)
  expect(await verifyPassword('correct horse battery', stored)).toBe(true)
  expect(await verifyPassword('correct horse batterY', stored)).toBe(false)
})

test('two hashes of one password differ', async () => {
  expect(await hashPassword('the same words')).not.toBe(await hashPassword('the same words'))
})

test('a hash made with other parameters is still read', async () => {
  const stored = 'scrypt$10$8$1$' + 'AAAAAAAAAAAAAAAAAAAAAA' + '$' + '9qKKhxrxjEZ1Eqo4JgtUcSyPVzFfFv0b3kv5BOYA0Ww'
  expect(await verifyPassword('x', stored)).toBe(false)
})

test('accents typed in another Unicode form are the same password', async () => {
  expect(await verifyPassword('pass\u0065\u0301wordlong', await hashPassword('pass\u00e9wordlong'))).toBe(true)
})

test('without a stored hash the answer is no, after the same work', async () => {
  const timeOf = async (work: () => Promise<unknown>) => {
    const start = performance.now()
    await work()
    return performance.now() - start
  }
  const stored = await hashPassword('correct horse battery')
  expect(await verifyPassword('x', null)).toBe(false)
  expect(await verifyPassword('x', 'not a hash')).toBe(false)
  const known = await timeOf(() => verifyPassword('x', stored))
  const unknown = await timeOf(() => verifyPassword('x', null))
  // Scrypt dominates both by far; a shared machine may still stretch either.
  expect(unknown / known).toBeGreaterThan(0.2)
})
