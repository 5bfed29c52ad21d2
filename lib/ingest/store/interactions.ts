import 'server-only'
import type { PoolClient } from 'pg'
import type { Histogram } from '@/lib/core/histogram'
import { toIso, type Micros } from '@/lib/core/micros'
import {
  emptyInteraction,
  outcomeOf,
  viewOf,
  type Given,
  type Inferred,
  type InteractionState,
  type Outcome,
  type Turn,
} from '@/lib/ingest/interaction-rules'
import {
  keysOf,
  SPAN_MEASURES,
  SPEND_MEASURES,
  type DimSet,
  type Measures,
  type SpendMeasures,
} from '@/lib/ingest/measures'
import { seriesIdOf, type Spend, type Total } from '@/lib/ingest/rollup-rules'

const us = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`

/** As stored: jsonb has no bigint. */
type GivenOutcome = Omit<Outcome, 'badOutcomeCost'> & { badOutcomeCost: string | null }

type InteractionRow = {
  id: string
  given: Given
  inferred: Inferred
  first_event_us: number | null
  first_span_us: number | null
  last_span_us: number | null
  given_outcome: GivenOutcome | null
  turns: number
  turns_failed: number
  turns_unknown_duration: number
  turn_hist: Histogram
}

/** Creates what is missing, then locks all in order of id and reads them: the second lock after the traces'. */
export const lockInteractions = async (
  client: PoolClient,
  teamId: string,
  ids: readonly string[],
  nowUs: Micros,
): Promise<Map<string, InteractionState>> => {
  const sorted = [...ids].sort()
  await client.query(
    `INSERT INTO interaction (team_id, id, received_at) SELECT $1, k.id, $3 FROM unnest($2::text[]) AS k(id) ORDER BY k.id
     ON CONFLICT (team_id, id) DO NOTHING`,
    [teamId, sorted, toIso(nowUs)],
  )
  const { rows } = await client.query<InteractionRow>(
    `SELECT id, given, inferred, ${us('first_event_at')} AS first_event_us, ${us('first_span_at')} AS first_span_us,
       ${us('last_span_at')} AS last_span_us, given_outcome, turns, turns_failed, turns_unknown_duration, turn_hist
     FROM interaction WHERE team_id = $1 AND id = ANY($2::text[]) ORDER BY id FOR UPDATE`,
    [teamId, sorted],
  )
  return new Map(rows.map((row) => [row.id, toState(row)]))
}

const toState = (row: InteractionRow): InteractionState => ({
  ...emptyInteraction(row.id),
  given: row.given,
  inferred: row.inferred,
  firstEventUs: row.first_event_us,
  firstSpanUs: row.first_span_us,
  lastSpanUs: row.last_span_us,
  outcome: row.given_outcome && outcomeFromRow(row.given_outcome),
  turns: row.turns,
  turnsFailed: row.turns_failed,
  turnsUnknownDuration: row.turns_unknown_duration,
  turnHist: row.turn_hist,
})

/** In the order of an outcome that was sent: the two are compared as text. */
const outcomeFromRow = (given: GivenOutcome): Outcome => ({
  result: given.result,
  escalated: given.escalated,
  severity: given.severity,
  badOutcomeCost: given.badOutcomeCost === null ? null : BigInt(given.badOutcomeCost),
  reason: given.reason,
  csat: given.csat,
  atUs: given.atUs,
})

const UPDATED = [
  'given', 'inferred', 'first_event_at', 'first_span_at', 'last_span_at', 'agent', 'release', 'workflow', 'segment',
  'user_id', 'channel', 'locale', 'started_at', 'started_hour', 'ended_at', 'last_event_at', 'result', 'escalated',
  'severity', 'bad_outcome_cost_nano_usd', 'outcome_reason', 'csat', 'outcome_at', 'given_outcome', 'turns', 'turns_failed',
  'turns_unknown_duration', 'turn_hist', 'received_at',
] // prettier-ignore

/** `received_at` is the arrival of the newest change: retention counts from it. */
export const updateInteractions = async (
  client: PoolClient,
  teamId: string,
  states: readonly InteractionState[],
  nowUs: Micros,
): Promise<void> => {
  if (states.length === 0) return
  const iso = (value: Micros | null): string | null => (value === null ? null : toIso(value))
  const rows = states.map((state) => {
    const view = viewOf(state)
    const outcome = outcomeOf(state)
    return {
      team_id: teamId,
      id: state.id,
      given: state.given,
      inferred: state.inferred,
      first_event_at: iso(state.firstEventUs),
      first_span_at: iso(state.firstSpanUs),
      last_span_at: iso(state.lastSpanUs),
      agent: view.agent,
      release: view.release,
      workflow: view.workflow,
      segment: view.segment,
      user_id: view.userId,
      channel: view.channel,
      locale: view.locale,
      started_at: iso(view.startUs),
      started_hour: view.startHour,
      ended_at: iso(view.endUs),
      last_event_at: iso(view.lastEventUs),
      result: outcome?.result ?? null,
      escalated: outcome?.escalated ?? false,
      severity: outcome?.severity ?? null,
      bad_outcome_cost_nano_usd: outcome?.badOutcomeCost == null ? null : String(outcome.badOutcomeCost),
      outcome_reason: outcome?.reason ?? null,
      csat: outcome?.csat ?? null,
      outcome_at: outcome ? toIso(outcome.atUs) : null,
      given_outcome: state.outcome && {
        ...state.outcome,
        badOutcomeCost: state.outcome.badOutcomeCost === null ? null : String(state.outcome.badOutcomeCost),
      },
      turns: state.turns,
      turns_failed: state.turnsFailed,
      turns_unknown_duration: state.turnsUnknownDuration,
      turn_hist: state.turnHist,
      received_at: toIso(nowUs),
    }
  })
  await client.query(
    `UPDATE interaction i SET ${UPDATED.map((column) => `${column} = j.${column}`).join(', ')}
     FROM json_populate_recordset(null::interaction, $2::json) j WHERE i.team_id = $1 AND i.id = j.id`,
    [teamId, JSON.stringify(rows)],
  )
}

const textColumns = (columns: readonly string[]): string => columns.map((column) => `${column}::text`).join(', ')
const TOTAL_COLUMNS = Object.values(SPAN_MEASURES)
const DIM_COLUMNS = ['model', 'prompt_name', 'prompt_version', 'tool'] as const

export const loadTotals = async (
  client: PoolClient,
  teamId: string,
  ids: readonly string[],
): Promise<Map<string, Total[]>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT interaction_id, dim_set, ${DIM_COLUMNS.join(', ')}, llm_hist, tool_hist, ${textColumns(TOTAL_COLUMNS)}
     FROM interaction_total WHERE team_id = $1 AND interaction_id = ANY($2::text[])`,
    [teamId, ids],
  )
  const byInteraction = new Map<string, Total[]>()
  for (const row of rows) {
    const measures: Measures = {}
    for (const name of keysOf(SPAN_MEASURES)) {
      const value = BigInt(String(row[SPAN_MEASURES[name]]))
      if (value !== 0n) measures[name] = value
    }
    const total: Total = {
      dims: dimsOfRow(row),
      measures,
      llmHist: histOf(row.llm_hist),
      toolHist: histOf(row.tool_hist),
    }
    push(byInteraction, String(row.interaction_id), total)
  }
  return byInteraction
}

const dimsOfRow = (row: Record<string, unknown>): Total['dims'] => ({
  dimSet: Number(row.dim_set) as DimSet, // written from DimSet only
  model: String(row.model),
  promptName: String(row.prompt_name),
  promptVersion: String(row.prompt_version),
  tool: String(row.tool ?? ''),
})

/** The names of a group are too long to be a key together. */
const groupIdOf = (dims: Total['dims']): string =>
  seriesIdOf(JSON.stringify([dims.dimSet, dims.model, dims.promptName, dims.promptVersion, dims.tool]))

const histOf = (value: unknown): Histogram => value as Histogram // jsonb written from Histogram only

/** Writes changed totals whole; one without spans goes. */
export const writeTotals = async (
  client: PoolClient,
  teamId: string,
  totals: readonly { interactionId: string; total: Total }[],
): Promise<void> => {
  if (totals.length === 0) return
  const rows = totals.map(({ interactionId, total }) => ({
    team_id: teamId,
    interaction_id: interactionId,
    group_id: groupIdOf(total.dims),
    dim_set: total.dims.dimSet,
    model: total.dims.model,
    prompt_name: total.dims.promptName,
    prompt_version: total.dims.promptVersion,
    tool: total.dims.tool,
    llm_hist: total.llmHist,
    tool_hist: total.toolHist,
    ...Object.fromEntries(
      keysOf(SPAN_MEASURES).map((name) => [SPAN_MEASURES[name], String(total.measures[name] ?? 0n)]),
    ),
  }))
  const columns = [...TOTAL_COLUMNS, 'llm_hist', 'tool_hist']
  await client.query(
    `INSERT INTO interaction_total (team_id, interaction_id, group_id, dim_set, ${DIM_COLUMNS.join(', ')}, ${columns.join(', ')})
     SELECT team_id, interaction_id, group_id, dim_set, ${DIM_COLUMNS.join(', ')}, ${columns.join(', ')}
     FROM json_populate_recordset(null::interaction_total, $1::json)
     ON CONFLICT (team_id, interaction_id, group_id)
     DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [JSON.stringify(rows)],
  )
  if (!totals.some(({ total }) => !total.measures.spans)) return
  await client.query(
    'DELETE FROM interaction_total WHERE team_id = $1 AND interaction_id = ANY($2::text[]) AND spans = 0',
    [teamId, [...new Set(totals.map((row) => row.interactionId))]],
  )
}

const SPEND_COLUMNS = Object.values(SPEND_MEASURES)
const SPEND_DIMS = ['model', 'prompt_name', 'prompt_version'] as const

export const loadSpend = async (
  client: PoolClient,
  teamId: string,
  ids: readonly string[],
): Promise<Map<string, Spend[]>> => {
  const byInteraction = new Map<string, Spend[]>()
  if (ids.length === 0) return byInteraction
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT interaction_id, ${us('hour')} AS hour_us, 9 AS dim_set, ${SPEND_DIMS.join(', ')}, ${textColumns(SPEND_COLUMNS)}
     FROM interaction_spend WHERE team_id = $1 AND interaction_id = ANY($2::text[])`,
    [teamId, ids],
  )
  for (const row of rows) {
    const measures: SpendMeasures = {}
    for (const name of keysOf(SPEND_MEASURES)) measures[name] = BigInt(String(row[SPEND_MEASURES[name]]))
    push(byInteraction, String(row.interaction_id), {
      hour: toIso(Number(row.hour_us)),
      dims: dimsOfRow(row),
      measures,
    })
  }
  return byInteraction
}

/** Adds to the calendar totals of interactions whose rows are locked. */
export const addSpend = async (
  client: PoolClient,
  teamId: string,
  list: readonly { interactionId: string; spend: Spend }[],
): Promise<void> => {
  if (list.length === 0) return
  const rows = list.map(({ interactionId, spend }) => ({
    team_id: teamId,
    interaction_id: interactionId,
    hour: spend.hour,
    group_id: groupIdOf(spend.dims),
    model: spend.dims.model,
    prompt_name: spend.dims.promptName,
    prompt_version: spend.dims.promptVersion,
    ...Object.fromEntries(
      keysOf(SPEND_MEASURES).map((name) => [SPEND_MEASURES[name], String(spend.measures[name] ?? 0n)]),
    ),
  }))
  const columns = ['team_id', 'interaction_id', 'hour', 'group_id', ...SPEND_DIMS, ...SPEND_COLUMNS]
  await client.query(
    `INSERT INTO interaction_spend AS t (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM json_populate_recordset(null::interaction_spend, $1::json)
     ON CONFLICT (team_id, interaction_id, hour, group_id)
     DO UPDATE SET ${SPEND_COLUMNS.map((column) => `${column} = t.${column} + excluded.${column}`).join(', ')}`,
    [JSON.stringify(rows)],
  )
}

type TurnRow = {
  interaction_id: string
  trace_id: string
  spans: number
  first_us: number
  end_us: number | null
  event_us: number
  failed_tops: number
  inferred: Inferred
}
const TURN_SELECT = `interaction_id, trace_id, spans, ${us('first_start')} AS first_us, ${us('last_end')} AS end_us,
  ${us('last_event')} AS event_us, failed_tops, inferred`
const toTurn = (row: TurnRow): Turn => ({
  interactionId: row.interaction_id,
  traceId: row.trace_id,
  spans: row.spans,
  firstStartUs: row.first_us,
  lastEndUs: row.end_us,
  lastEventUs: row.event_us,
  failedTops: row.failed_tops,
  inferred: row.inferred,
})

export const loadTurns = async (
  client: PoolClient,
  teamId: string,
  list: readonly { interactionId: string; traceId: string }[],
): Promise<Turn[]> => {
  if (list.length === 0) return []
  const { rows } = await client.query<TurnRow>(
    `SELECT ${TURN_SELECT} FROM turn t JOIN unnest($2::text[], $3::text[]) AS k(i, t) ON t.team_id = $1
       AND t.interaction_id = k.i AND t.trace_id = k.t`,
    [teamId, list.map((k) => k.interactionId), list.map((k) => k.traceId)],
  )
  return rows.map(toTurn)
}

/** Every turn of these interactions: only where one of them moves as a whole. */
export const loadAllTurns = async (client: PoolClient, teamId: string, ids: readonly string[]): Promise<Turn[]> => {
  if (ids.length === 0) return []
  const { rows } = await client.query<TurnRow>(
    `SELECT ${TURN_SELECT} FROM turn t WHERE t.team_id = $1 AND t.interaction_id = ANY($2::text[])`,
    [teamId, ids],
  )
  return rows.map(toTurn)
}

export const writeTurns = async (
  client: PoolClient,
  teamId: string,
  turns: readonly Turn[],
  gone: readonly { interactionId: string; traceId: string }[],
): Promise<void> => {
  if (turns.length > 0) {
    const rows = turns.map((turn) => ({
      team_id: teamId,
      interaction_id: turn.interactionId,
      trace_id: turn.traceId,
      spans: turn.spans,
      first_start: toIso(turn.firstStartUs),
      last_end: turn.lastEndUs === null ? null : toIso(turn.lastEndUs),
      last_event: toIso(turn.lastEventUs),
      failed_tops: turn.failedTops,
      inferred: turn.inferred,
    }))
    await client.query(
      `INSERT INTO turn SELECT * FROM json_populate_recordset(null::turn, $1::json)
       ON CONFLICT (team_id, interaction_id, trace_id) DO UPDATE SET spans = excluded.spans,
         first_start = excluded.first_start, last_end = excluded.last_end, last_event = excluded.last_event,
         failed_tops = excluded.failed_tops, inferred = excluded.inferred`,
      [JSON.stringify(rows)],
    )
  }
  if (gone.length > 0) {
    await client.query(
      `DELETE FROM turn t USING unnest($2::text[], $3::text[]) AS k(i, t)
       WHERE t.team_id = $1 AND t.interaction_id = k.i AND t.trace_id = k.t`,
      [teamId, gone.map((k) => k.interactionId), gone.map((k) => k.traceId)],
    )
  }
}

const push = <V>(map: Map<string, V[]>, key: string, value: V): void => {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
