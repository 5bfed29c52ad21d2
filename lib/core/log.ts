import 'server-only'
import pino from 'pino'

/** Structured logs. Keys and passwords never reach it; what looks like one of our keys is cut to its public part. */
const KEY = /sbx_([a-z0-9]{12})_[A-Za-z0-9]+/g
export const withoutSecrets = (text: string): string => text.replace(KEY, 'sbx_$1_…')

export const log = pino({
  level: process.env.SIGNALBOX_LOG_LEVEL ?? 'info',
  base: null,
  serializers: {
    err: (error: unknown) =>
      error instanceof Error
        ? {
            type: error.name,
            message: withoutSecrets(error.message),
            stack: withoutSecrets(error.stack ?? ''),
            cause: withoutSecrets(String(error.cause ?? '')),
          }
        : { message: withoutSecrets(String(error)) },
  },
})
