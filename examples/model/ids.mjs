import { randomBytes } from 'node:crypto'

/** Ids are unique, as a provider's are: `chatcmpl-…`, `resp_…`, `msg_…`. */
export const newId = (prefix) => `${prefix}${randomBytes(16).toString('hex')}`

export const seconds = () => Math.floor(Date.now() / 1000)
