import { DomainError } from '@/lib/core/errors'

/**
 * Refuses a state-changing request that another site may have made with this browser's cookies: it must come from our
 * own pages and carry JSON, which a foreign form cannot send. Throws `forbidden` or `unsupported_media_type`.
 * `publicUrl` is the address under which users see us, when a proxy changes the Host header.
 */
export const requireSameOrigin = (request: Request, publicUrl: string | undefined): void => {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return
  if (!isSameOrigin(request, publicUrl)) {
    throw new DomainError(
      'forbidden',
      'This request did not come from a page of Signalbox. Reload the page and try again.',
    )
  }
  const type = request.headers.get('content-type')
  const hasBody = request.body !== null && request.headers.get('content-length') !== '0'
  if (type === null ? hasBody && request.headers.has('content-length') : !/^application\/json\s*(;|$)/i.test(type)) {
    throw new DomainError('unsupported_media_type', 'Send the body as content-type application/json.')
  }
}

/** Browsers set both headers and scripts cannot; a request with neither is not from a page. */
const isSameOrigin = (request: Request, publicUrl: string | undefined): boolean => {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = hostOf(request.headers.get('origin'))
  if (origin === undefined) return false
  const own = request.headers.get('host') ?? new URL(request.url).host
  return origin === own || origin === hostOf(publicUrl ?? null)
}

const hostOf = (url: string | null): string | undefined =>
  url !== null && URL.canParse(url) ? new URL(url).host : undefined
