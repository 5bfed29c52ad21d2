import { z } from 'zod'

/**
 * How long the whole platform keeps what it stored, in days counted from *arrival*; null = for ever, the default. A
 * partition goes when the newest of its rows is past it, so nothing goes only because its dates are old.
 */
const Days = z.number().int().min(1).max(3_650).nullable()
export const Retention = z.object({
  payloadDays: Days.describe('inputs, outputs and attributes of spans'),
  spanDays: Days.describe('spans, trace headers, interactions, outcomes and scores; roll-ups stay'),
  auditBodyDays: z
    .number()
    .int()
    .min(184)
    .max(3_650)
    .nullable()
    .describe('texts of audit entries; entries and hashes stay'),
})
export type Retention = z.output<typeof Retention>
