import { z } from 'zod'

/** An OpenAPI document; its own shape is the specification's, not ours. */
export const AnyDocument = z.record(z.string(), z.unknown())
