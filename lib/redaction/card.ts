/** Issuer prefixes with the lengths they have. Luhn alone lets every tenth number through; this leaves out timestamps. */
const ISSUERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^(30[0-5]|3095|36|38|39)/, [14, 16, 19]], // Diners Club
  [/^35(2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^(6011|64[4-9]|65|62|60|81)/, [16, 17, 18, 19]], // Discover, UnionPay, RuPay
  [/^220[0-4]/, [16, 17, 18, 19]], // Mir
  [/^(50|5[6-8]|6)/, [13, 14, 15, 16, 17, 18, 19]], // Maestro and relatives
]

/** Whether bare digits are a payment card number: a known issuer, its length, and a valid check digit (Luhn). */
export function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false
  if (!luhn(digits)) return false
  return ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits))
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
