import 'server-only'
import { headers } from 'next/headers'
import { env } from '@/lib/core/env'

/** The address as this person reaches it, for a command that works where it is pasted. */
export const originOf = async (): Promise<string> => {
  const sent = await headers()
  const host = sent.get('x-forwarded-host') ?? sent.get('host')
  const configured = env().NEXTAUTH_URL
  const protocol = sent.get('x-forwarded-proto') ?? (configured?.startsWith('https:') ? 'https' : 'http')
  return host ? `${protocol}://${host}` : (configured ?? 'http://localhost:3000')
}
