/** Length of an IBAN by country (SWIFT IBAN registry). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

/** The end of the IBAN that starts at `start` (two letters, two digits), spaces or dashes between groups, or null. */
export function ibanEnd(text: string, start: number): number | null {
  const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase())
  if (length === undefined) return null
  let characters = ''
  let at = start
  for (; characters.length < length; at += 1) {
    if (isAlphanumeric(text.charCodeAt(at))) characters += text.charAt(at)
    else if (!' \u00a0-'.includes(text.charAt(at) || 'x') || !isAlphanumeric(text.charCodeAt(at + 1))) return null
  }
  return isAlphanumeric(text.charCodeAt(at)) || !hasValidChecksum(characters.toUpperCase()) ? null : at
}

function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122 && code < 128)
}

/** ISO 7064 MOD 97-10: country and check digits go last, letters count 10 to 35, the remainder is 1. */
function hasValidChecksum(iban: string): boolean {
  let remainder = 0
  const turned = iban.slice(4) + iban.slice(0, 4)
  for (let i = 0; i < turned.length; i += 1) {
    const code = turned.charCodeAt(i)
    const value = code < 65 ? code - 48 : code - 55
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
