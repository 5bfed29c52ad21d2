import 'server-only'
import { createHmac } from 'node:crypto'

/** The hash for `compileRedactor` on the server: the first 8 hexadecimal digits of HMAC-SHA256 under the team's salt. */
export function saltedHash(salt: string | Uint8Array): (text: string) => string {
  return (text) => createHmac('sha256', salt).update(text, 'utf8').digest('hex').slice(0, 8)
}
