import NextAuth from 'next-auth'
import type { NextRequest } from 'next/server'
import { nextAuthOptions } from '@/lib/auth/next-auth-options'

// Options are read at the first request: a build has no secrets.
const handler = (request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> =>
  NextAuth(request, context, nextAuthOptions())

export { handler as GET, handler as POST }
