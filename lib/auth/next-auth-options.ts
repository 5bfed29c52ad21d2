import 'server-only'
import type { NextAuthOptions } from 'next-auth'
import credentials from 'next-auth/providers/credentials'
import { addressOf } from '@/lib/auth/attempts'
import { signIn, signOut } from '@/lib/auth/commands'
import { isSecure, SESSION_MAX_SEC, sessionCookieName, sessionSecret } from '@/lib/auth/session-cookie'
import { systemClock } from '@/lib/core/clock'
import { DomainError } from '@/lib/core/errors'
import { log } from '@/lib/core/log'

/**
 * Sign-in by e-mail and password through next-auth. The JWT holds person, session and time of the password; who that is
 * and what they may do is read from their rows on every request (lib/auth/session-request.ts).
 */
export const nextAuthOptions = (): NextAuthOptions => ({
  secret: sessionSecret(),
  session: { strategy: 'jwt', maxAge: SESSION_MAX_SEC },
  useSecureCookies: isSecure(),
  cookies: {
    sessionToken: {
      name: sessionCookieName(),
      options: { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure() },
    },
  },
  pages: { signIn: '/sign-in', signOut: '/sign-in', error: '/sign-in' },
  providers: [
    credentials({
      name: 'E-mail and password',
      credentials: { email: { type: 'email' }, password: { type: 'password' } },
      authorize: (sent, request) => authorize(sent, new Headers(request.headers)),
    }),
  ],
  callbacks: {
    // `user` is what `authorize` returned, only at sign-in; later calls get the token back.
    jwt: ({ token, user }) => (user ? { sub: user.id, sid: user.sid, authTime: user.authTime } : token),
    session: ({ session, token }) => ({ expires: session.expires, user: { id: token.sub } }),
  },
  events: {
    signOut: async ({ token }) => {
      if (token.sub && typeof token.sid === 'string') {
        await signOut({ personId: token.sub, sessionId: token.sid }, systemClock())
      }
    },
  },
  logger: {
    error: (code, metadata) =>
      log.error({ code, err: 'error' in metadata ? metadata.error : metadata }, 'sign-in failed'),
    warn: (code) => log.debug({ code }, 'next-auth'),
    debug: () => {},
  },
})

/** Null = e-mail or password wrong. A thrown message reaches the sign-in page as `error`. */
const authorize = async (sent: Record<'email' | 'password', string> | undefined, headers: Headers) => {
  const { email, password } = sent ?? {}
  if (typeof email !== 'string' || typeof password !== 'string' || email.length > 320 || password.length > 256)
    return null
  try {
    const login = await signIn({ email, password, address: addressOf(headers) }, systemClock())
    return login ? { id: login.personId, sid: login.sessionId, authTime: login.authTime.getTime() } : null
  } catch (error) {
    if (error instanceof DomainError) throw error
    log.error({ err: error }, 'sign-in failed')
    throw new Error('Signing in failed on our side. Try again.', { cause: error })
  }
}

declare module 'next-auth' {
  interface User {
    id: string
    sid: string
    authTime: number
  }
  interface Session {
    user: { id: string | undefined }
  }
}
