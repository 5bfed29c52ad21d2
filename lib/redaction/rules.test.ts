import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCardNumber } from './card'
import { compileRedactor, redactedText } from './rules'
import { DETECTORS, RedactionConfig, type JsonValue } from './schema'

const hash = (text: string) => createHmac('sha256', 'salt').update(text).digest('hex').slice(0, 8)
const all = compileRedactor(RedactionConfig.parse({ detectors: [...DETECTORS] }), hash)
const withConfig = (config: Partial<RedactionConfig>) => compileRedactor(RedactionConfig.parse(config), hash)
/** The text with each hash taken out: `‹email›`. */
const shape = (value: JsonValue) => JSON.stringify(value).replace(/‹([a-z0-9_-]+):[0-9a-f]{8}›/g, '‹$1›')
const shapeOf = (text: string) => JSON.parse(shape(all(text).value)) as unknown

describe('finds', () => {
  test.each([
    ['write to mia.garcia2723@example.com.', 'write to ‹email›.'],
    ['<BOB+tag@mail.example.co.uk>', '<‹email›>'],
    ["'o'brien@example.org'", "'‹email›'"],
    ['jörg@müller.de, 张 a@b.cn吗', '‹email›, 张 ‹email›吗'],
    ['postgres://u:secret@db.example.com/x', 'postgres://u:‹email›/x'],
    ['a@b.com;c@d.org', '‹email›;‹email›'],
    ['{"to":"bob@example.com"}', '{"to":"‹email›"}'],
    ['{"t":"Hi,\\nbob@example.com\\nbye"}', '{"t":"Hi,\\n‹email›\\nbye"}'],
    ['{\\"t\\":\\"x\\\\nbob@example.com\\"}', '{\\"t\\":\\"x\\\\n‹email›\\"}'],
    ['card 4111111111111111 exp', 'card ‹card› exp'],
    ['4111 1111 1111 1111', '‹card›'],
    ['4111-1111-1111-1111 123', '‹card› 123'],
    ['3782 822463 10005', '‹card›'],
    ['5555555555554444,378282246310005', '‹card›,‹card›'],
    ['{"n":"x\\n4111111111111111"}', '{"n":"x\\n‹card›"}'],
    ['6011000990139424 30569309025904 3530111333300000', '‹card› ‹card› ‹card›'],
    ['DE89 3704 0044 0532 0130 00 please', '‹iban› please'],
    ['GB29NWBK60161331926819', '‹iban›'],
    ['gb29 nwbk 6016 1331 9268 19.', '‹iban›.'],
    ['NL91ABNA0417164300;BE68539007547034', '‹iban›;‹iban›'],
    ['call +49 170 1234567 now', 'call ‹phone› now'],
    ['+14155552671', '‹phone›'],
    ['+44 (0)20 7946 0958', '‹phone›'],
    ['0049 30 123456-78', '‹phone›'],
    ['(415) 555-2671 or 415-555-2671', '‹phone› or ‹phone›'],
    ['415.555.2671', '‹phone›'],
    ['1-800-555-0199', '‹phone›'],
    ['tel:030/1234567', 'tel:‹phone›'],
    ['0170 1234567, 06 12 34 56 78, 020 7946 0958', '‹phone›, ‹phone›, ‹phone›'],
    ['{"p":"x\\n+4915112345678"}', '{"p":"x\\n‹phone›"}'],
  ])('%s', (text, expected) => {
    expect(shapeOf(text)).toBe(expected)
  })
})

describe('leaves alone', () => {
  test.each([
    '2026-02-17T23:26:18.037440',
    '2026-02-17T23:26:18Z 2026-02-17 23:26:18+01:00 17.02.2026 10:30 2/17/2026 12:00',
    '20260217T232618Z 1771283778037 1771283778037440999 1771283778.037',
    'order #W2378156, W5490111, item 3616838507 1656367028',
    'credit_card_3124723 paypal_9497703 gift_card_5634567',
    'acdb6f9a-2353-42ea-b546-a9e3069f2221',
    '11111111-1111-4111-8111-111111111111',
    '41111111-1111-4111-8111-111111111111',
    '4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 deadbeef0123456789',
    '$226.11, 1,234,567.89 EUR, 0.99, +12.50, -3.00, +1234567.89, 01.23456789',
    'inputTokens 2039871 outputTokens 25543 total 12345678901234',
    '192.168.100.101 10.0.0.1:8080 v2.415.3 131.4579999999999927',
    'zip 46229, 98157; 8 x 4 = 32; 3050 3105 3147',
    'npm i pkg@1.2.3 user@localhost @handle a@ @b.com',
    'card 4111111111111112 and 1234567812345678',
    'DE89 3704 0044 0532 0130 01, GB29NWBK60161331926818',
    'x4111111111111111 4111111111111111x',
    '{"timestamp":"2025-01-01T00:00:00.000000","turn_idx":12,"cost":0.004445}',
    '00000000 0000012345678 007',
    'call_kmfyuT550Wb58RC2ctEGx2mj chatcmpl-8Zk2 sbx_abcdef012345_x',
    '‹email:1a2b3c4d› ‹phone:12345678›',
  ])('%s', (text) => {
    expect(all(text)).toEqual({ value: text, hits: {} })
  })
})

describe('values', () => {
  test('equal texts give equal hits, other texts and other salts do not', () => {
    const [first, second, third] = (redactedText(all, 'a@b.com a@b.com c@b.com').value ?? '').split(' ')
    expect(first).toBe(`‹email:${hash('a@b.com')}›`)
    expect([second === first, third === first]).toEqual([true, false])
  })

  test('keys, nested values and card numbers without quotes; hits are counted by name', () => {
    const value = { 'bob@x.org': [{ n: 4111111111111111, t: 1771283778037 }], ok: true, none: null }
    const result = all(value)
    expect(shape(result.value)).toBe('{"‹email›":[{"n":"‹card›","t":1771283778037}],"ok":true,"none":null}')
    expect(result.hits).toEqual({ email: 1, card: 1 })
  })

  test('a key named __proto__ stays a key', () => {
    const value = JSON.parse('{"__proto__":{"mail":"a@b.com"}}') as JsonValue
    expect(shape(all(value).value)).toBe('{"__proto__":{"mail":"‹email›"}}')
    expect(({} as Record<string, unknown>)['mail']).toBeUndefined()
  })

  test('depth is bounded, for detectors and for paths', () => {
    let deep: JsonValue = 'a@b.com'
    for (let i = 0; i < 20_000; i += 1) deep = [deep]
    expect(all(deep).hits).toEqual({ depth: 1 })
    expect(withConfig({ jsonPaths: ['$..x'] })(deep).hits).toEqual({ depth: 1 })
    expect(withConfig({ jsonPaths: ['$.x'] })({ x: deep }).hits).toEqual({ path: 1 })
  })
})

describe('patterns and paths', () => {
  test('a pattern that covers a detected part hides all of it', () => {
    const redact = withConfig({ detectors: ['email'], patterns: [{ name: 'note', pattern: 'secret: .*' }] })
    expect(shape(redact('secret: a@b.com and more').value)).toBe('"‹note›"')
  })

  test('text beyond the basic plane keeps its positions', () => {
    const redact = withConfig({ patterns: [{ name: 'badge', pattern: 'B\\d+' }] })
    expect(shape(redact('😀😀 B12 😀').value)).toBe('"😀😀 ‹badge› 😀"')
  })

  test.each([
    ['$.customer.name', { customer: { name: 'x', age: 3 } }, '{"customer":{"name":"‹path›","age":3}}'],
    ['$.a[*].b', { a: [{ b: 1 }, { b: { c: 2 } }], b: 1 }, '{"a":[{"b":"‹path›"},{"b":"‹path›"}],"b":1}'],
    ['$..ssn', { ssn: 'x', a: [{ ssn: 'y' }] }, '{"ssn":"‹path›","a":[{"ssn":"‹path›"}]}'],
    ['$["a b"][0]', { 'a b': ['x', 'y'] }, '{"a b":["‹path›","y"]}'],
    ['$..a..b', { a: { a: { b: 'x' }, b: 'y' }, b: 'z' }, '{"a":{"a":{"b":"‹path›"},"b":"‹path›"},"b":"z"}'],
    ['$.args.mail', { args: '{"mail": "x", "n": 1}' }, '{"args":"{\\"mail\\":\\"‹path›\\",\\"n\\":1}"}'],
    ['$.mail', '{"mail":"x"}', '"{\\"mail\\":\\"‹path›\\"}"'],
    ['$.mail', '{"other": 12345678901234567890}', '"{\\"other\\": 12345678901234567890}"'],
    ['$.mail', 'no json', '"no json"'],
    ['$.none', { none: null }, '{"none":null}'],
  ])('%s', (path, value, expected) => {
    expect(shape(withConfig({ jsonPaths: [path] })(value).value)).toBe(expected)
  })

  test.each(['', '$', 'a.b', '$.', '$..', '$[', '$[?(@.a)]', '$[(1)]', '$.a[1:2]', '$.a b', '$[-1]'])(
    'refuses path %j',
    (path) => {
      expect(RedactionConfig.safeParse({ jsonPaths: [path] }).success).toBe(false)
    },
  )

  test.each(['(', 'a*', '(?=x)y', '(a)\\1', `${'x{1000}'.repeat(9)}`, 'x'.repeat(501)])(
    'refuses pattern %j',
    (pattern) => {
      expect(RedactionConfig.safeParse({ patterns: [{ name: 'n', pattern }] }).success).toBe(false)
    },
  )

  test.each(['email', 'path', 'Upper', '', '9a', 'a b', '‹'])('refuses name %j', (name) => {
    expect(RedactionConfig.safeParse({ patterns: [{ name, pattern: 'x' }] }).success).toBe(false)
  })
})

describe('properties', () => {
  const redactors = [
    all,
    withConfig({
      detectors: [...DETECTORS],
      patterns: [
        { name: 'start', pattern: '^.' },
        { name: 'word', pattern: '\\bx+' },
      ],
    }),
    withConfig({
      patterns: [
        { name: 'colon', pattern: '[a-z]+:' },
        { name: 'hex', pattern: '[0-9a-f]{2,8}' },
      ],
    }),
    withConfig({ detectors: ['email'], jsonPaths: ['$..a', '$[0]'] }),
  ]
  const piece = fc.constantFrom(
    ...[
      'a@b.com',
      '4111 1111 1111 1111',
      'DE89370400440532013000',
      '+49 170 1234567',
      '(415) 555-2671',
      '‹email:12345678›',
    ],
    ...[
      '{"a":"',
      '"}',
      '[',
      ']',
      '\\n',
      '\\',
      'x',
      ' ',
      '-',
      '.',
      '1',
      '0',
      '+',
      '@',
      ':',
      '‹',
      '›',
      '😀',
      '2026-02-17T23:26:18Z',
    ],
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  )

  test('redacting twice changes nothing', () => {
    const value = fc.oneof(
      text,
      fc.jsonValue(),
      fc.dictionary(fc.oneof(text, fc.constant('a')), text),
      text.map((a) => JSON.stringify({ a, b: [a] })),
    )
    fc.assert(
      fc.property(fc.constantFrom(...redactors), value, (redact, input) => {
        const once = redact(JSON.parse(JSON.stringify(input)) as JsonValue)
        expect(redact(once.value)).toEqual({ value: once.value, hits: {} })
      }),
      { numRuns: 1_000 },
    )
  })

  const digitsWithCheck = fc
    .tuple(fc.constantFrom('4', '51', '2221', '65'), fc.array(fc.nat(9), { minLength: 14, maxLength: 14 }))
    .map(([prefix, rest]) => {
      const body = (prefix + rest.join('')).slice(0, 15)
      return Array.from({ length: 10 }, (_, check) => `${body}${check}`).find(isCardNumber) ?? '4111111111111111'
    })
  const separator = fc.constantFrom('', ' ', '-')
  const planted = fc.oneof(
    fc.emailAddress().filter((mail) => /^[a-z0-9._+]+@[a-z0-9.-]+\.[a-z]{2,}$/i.test(mail) && !/^[._]/.test(mail)),
    fc.tuple(digitsWithCheck, separator).map(([digits, join]) => digits.match(/.{4}/g)?.join(join) ?? digits),
    fc.constantFrom('GB29NWBK60161331926819', 'FR14 2004 1010 0505 0001 3M02 606', 'NO9386011117947'),
    fc
      .tuple(fc.constantFrom('+49', '+1', '+44'), fc.integer({ min: 100_000_000, max: 999_999_999 }))
      .map(([code, rest]) => `${code} ${rest}`),
  )

  test('nothing planted is left, in text, in JSON text, in keys and in nested values', () => {
    const around = fc.constantFrom(' ', ', ', '"', '\n', '\\n', '(', '')
    fc.assert(
      fc.property(planted, around, (secret, edge) => {
        const sentence = `see${edge === '' ? ' ' : edge}${secret}${edge === '\\n' ? ' ' : edge}`
        const value = {
          [secret]: 1,
          list: [sentence, JSON.stringify({ sentence }), JSON.stringify(JSON.stringify({ sentence }))],
        }
        expect(JSON.stringify(all(value).value)).not.toContain(secret)
      }),
      { numRuns: 500 },
    )
  })

  test('JSON text that holds text stays JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(planted, text), { maxLength: 5 }), (strings) => {
        const written = redactedText(all, JSON.stringify({ strings })).value
        expect(() => JSON.parse(written) as unknown).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})

describe('hostile text takes time in proportion', () => {
  const hostile = (unit: string) => unit.repeat(Math.ceil(400_000 / unit.length))
  const patterns = [{ name: 'bait', pattern: '(a+)+b' }]
  const redact = withConfig({ detectors: [...DETECTORS], patterns, jsonPaths: ['$..a'] })
  test.each([
    ...[
      'a',
      '@',
      'a@',
      'a.',
      '@a.',
      '1',
      '1 ',
      '1-',
      '+1',
      '+',
      '0 1',
      '00',
      '4111 ',
      '4111111111111111 ',
      '(0',
      'DE89',
      'DE89 ',
    ],
    ...[
      'a1b2',
      '\\',
      '\\n',
      '\\u00',
      '‹',
      '‹a:',
      '‹email:',
      '2026-',
      '1.1.1.1.',
      '-',
      ' ',
      '1/1/',
      '{"a":',
      '[',
      'ü@ü.',
    ],
  ])('%j', (unit) => {
    // Processor time, as a ratio: absolute times say more about the machine. Four times the text in linear time is 4.
    const cpuMs = (text: string) => {
      const start = process.cpuUsage()
      redact(text)
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    }
    const ratio = () => {
      const quarterMs = Math.max(25, cpuMs(hostile(unit).slice(0, 100_000)))
      return cpuMs(hostile(unit)) / quarterMs
    }
    // One garbage collection can spoil a measurement, but not three in a row; what is quadratic stays at 16.
    expect(Math.min(ratio(), ratio(), ratio())).toBeLessThan(10)
  })
})
