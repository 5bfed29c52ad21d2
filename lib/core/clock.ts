/** The only place that reads the wall clock for business decisions; everything else takes `now` as an argument. */
export const systemClock = (): Date => new Date()
