import { randomBytes } from 'node:crypto'
import { NextResponse, type NextRequest } from 'next/server'

/**
 * Content security policy of the console's pages: scripts run only with the nonce of this very answer, which Next puts
 * on its own. Next reads it from the policy on the request, so both carry it.
 */
export const proxy = (request: NextRequest): NextResponse => {
  const policy = contentSecurityPolicy(randomBytes(16).toString('base64'))
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

/**
 * Pages only, never /api or /v1: Next cuts the body of every request that a proxy matches at 10 MB, with no more than a
 * warning. Nor files, which have a dot in their last part or lie under /_next.
 */
export const config = {
  matcher: ['/((?!api(?:/|$)|v1(?:/|$)|_next/|.*\\.[^/]*$).*)'],
}

const contentSecurityPolicy = (nonce: string): string => {
  const isDevelopment = process.env.NODE_ENV === 'development'
  return [
    `default-src 'self'`,
    // React's development build evaluates strings to rebuild stacks of the server.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    // Charts and pop-ups place themselves with style attributes, which a nonce cannot allow.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'${isDevelopment ? ' ws:' : ''}`,
    `object-src 'none'`,
    `base-uri 'self'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
