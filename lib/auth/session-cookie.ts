import 'server-only'
import { encode } from 'next-auth/jwt'
import { SESSION_MAX_MS } from '@/lib/auth/rules'
import { env } from '@/lib/core/env'

/** Secure cookies as soon as people reach us by https; the prefix keeps a plain-http page from setting one. */
export const isSecure = (): boolean => env().NEXTAUTH_URL?.startsWith('https://') ?? false

export const sessionCookieName = (): string => `${isSecure() ? '__Secure-' : ''}signalbox.session`

export const SESSION_MAX_SEC = SESSION_MAX_MS / 1000

/** The secret that signs people in: NEXTAUTH_SECRET, made once by `npm start`. Throws when it is not set. */
export const sessionSecret = (): string => {
  const secret = env().NEXTAUTH_SECRET
  if (!secret) throw new Error('Set NEXTAUTH_SECRET (at least 32 characters), or start with `npm start`, which does.')
  return secret
}

/** Value of the session cookie. It names person, session and the time of the password, nothing else. */
export const sessionToken = (session: { personId: string; sessionId: string; authTime: Date }): Promise<string> =>
  encode({
    token: { sub: session.personId, sid: session.sessionId, authTime: session.authTime.getTime() },
    secret: sessionSecret(),
    maxAge: SESSION_MAX_SEC,
  })

/** `Set-Cookie` that removes the session from the browser. */
export const clearedSessionCookie = (): string =>
  `${sessionCookieName()}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${isSecure() ? '; Secure' : ''}`
