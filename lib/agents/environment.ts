/** The environment whose keys are for leads only. Apart from the schema, so that the browser can know it without zod. */
export const PRODUCTION = 'production'
