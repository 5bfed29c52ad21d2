import { describe, expect, test } from 'vitest'
import { expectOrder, told } from '@/lib/ingest/testing/spans'

// Who a span counts for (wire.md 3.2).

describe('whose span it is', () => {
  test('interaction', () => {
    expectOrder('interactionId', [
      ['signalbox.interaction.id', 'a', 'a'],
      ['gen_ai.conversation.id', 'b', 'b'],
      ['session.id', 'c', 'c'],
      ['langfuse.session.id', 'd', 'd'],
      ['ai.telemetry.metadata.session_id', 'e', 'e'],
      ['traceloop.association.properties.sessionId', 'f', 'f'],
      ['langfuse.trace.metadata.conversation_id', 'g', 'g'],
      ['langsmith.metadata.thread_id', 'h', 'h'],
      ['metadata', '{"threadId":"i"}', 'i'],
      ['langsmith.trace.session_id', 'j', 'j'],
      ['gcp.vertex.agent.session_id', 'k', 'k'],
      ['nothing', 'l', null],
    ])
  })

  test.each(['', '  ', 'null', '{}', '[]'])('an absent value (%j) leaves the field to the next', (absent) => {
    expect(told({ 'session.id': absent, 'gcp.vertex.agent.session_id': 's' }).interactionId).toBe('s')
  })

  test('user', () => {
    expectOrder('userId', [
      ['signalbox.user.id', 'a', 'a'],
      ['user.id', 'b', 'b'],
      ['enduser.id', 'c', 'c'],
      ['langfuse.user.id', 'd', 'd'],
      ['ai.telemetry.metadata.userId', 'e', 'e'],
    ])
  })

  test('a resource tells it of all its spans; a span of its own says better', () => {
    const resource = {
      attributes: { 'signalbox.interaction.id': 'of all', 'signalbox.user.id': 'u', 'service.version': '1' },
    }
    expect(told({ 'gen_ai.conversation.id': 'own' }, { resource })).toMatchObject({
      interactionId: 'of all',
      userId: 'u',
    })
    expect(told({ 'signalbox.interaction.id': 'own' }, { resource }).interactionId).toBe('own')
  })

  test('agent, with a team-wide key', () => {
    const service = { attributes: { 'service.name': 'shop' } }
    const unnamed = { attributes: { 'service.name': 'unknown_service:node' } }
    expect(told({ 'signalbox.agent': 'a', 'gen_ai.agent.name': 'b' }, { resource: service })).toMatchObject({
      agent: 'a',
      subAgent: 'b',
    })
    expect(told({ 'gen_ai.agent.name': 'b' }, { resource: service })).toMatchObject({ agent: 'shop', subAgent: 'b' })
    expect(told({ 'gen_ai.agent.name': 'b', 'agent.name': 'c' }, { resource: unnamed })).toMatchObject({
      agent: 'b',
      subAgent: null,
    })
    expect(told({ agent_name: 'd' })).toMatchObject({ agent: 'd', subAgent: null })
    expect(told({ agent_name: 'd' }, { parentId: '00f067aa0ba902b7' })).toMatchObject({ agent: null, subAgent: 'd' })
  })

  test("agent, with an agent's key: its own, and another name is that of a sub-agent", () => {
    const resource = { attributes: { 'service.name': 'shop' } }
    expect(told({}, { resource }, 'key')).toMatchObject({ agent: 'key', subAgent: null })
    expect(told({ 'signalbox.agent': 'other' }, { resource }, 'key')).toMatchObject({ agent: 'key', subAgent: 'other' })
    expect(told({ 'gen_ai.agent.name': 'key' }, { resource }, 'key')).toMatchObject({ agent: 'key', subAgent: null })
  })

  test('release, workflow, segment, environment', () => {
    expectOrder('release', [
      ['signalbox.release', 'a', 'a'],
      ['langfuse.release', 'b', 'b'],
      ['gen_ai.agent.version', 'c', 'c'],
      ['service.version', 'd', 'd'],
    ])
    expectOrder('workflow', [
      ['signalbox.workflow', 'a', 'a'],
      ['gen_ai.workflow.name', 'b', 'b'],
      ['traceloop.workflow.name', 'c', 'c'],
      ['langfuse.trace.name', 'd', 'd'],
      ['ai.telemetry.functionId', 'e', 'e'],
    ])
    expectOrder('segment', [
      ['signalbox.segment', 'a', 'a'],
      ['metadata', { segment: 'b' }, 'b'],
      ['tag.tags', ['x', 'segment:c'], 'c'],
      ['langfuse.trace.tags', '["segment:d"]', 'd'],
    ])
    expectOrder('environment', [
      ['deployment.environment.name', 'a', 'a'],
      ['deployment.environment', 'b', 'b'],
      ['langfuse.environment', 'c', 'c'],
      ['nothing', 'd', 'test'],
    ])
  })

  test('service instance: its id, else host and process, else unknown', () => {
    const host = { 'host.name': 'vm', 'process.pid': 7 }
    expect(told({}, { resource: { attributes: { 'service.instance.id': 'i', ...host } } }).serviceInstance).toBe('i')
    expect(told({}, { resource: { attributes: host } }).serviceInstance).toBe('vm/7')
    expect(told({}, { resource: { attributes: { 'host.name': 'vm' } } }).serviceInstance).toBeNull()
  })

  test.each([
    [{ result: 'resolved' }, { result: 'resolved', escalated: false, severity: null, reason: null }],
    [{ result: 'escalated' }, { result: 'unresolved', escalated: true, severity: null, reason: null }],
    [{ result: 'failed', severity: 's2', reason: 'why' }, { result: 'unresolved', escalated: false, severity: 'S2', reason: 'why' }],
    [{ result: 'Abandoned' }, { result: 'abandoned', escalated: false, severity: null, reason: null }],
    [{ result: 'resolved', escalated: 'true' }, { result: 'resolved', escalated: true, severity: null, reason: null }],
  ])('outcome %j', (sent, wanted) => {
    const attributes = Object.fromEntries(Object.entries(sent).map(([key, value]) => [`signalbox.outcome.${key}`, value]))
    expect(told(attributes).outcome).toBe(JSON.stringify(wanted))
  }) // prettier-ignore

  test('an outcome in a word of their own is none, and is said', () => {
    expect(told({ 'signalbox.outcome.result': 'great' })).toMatchObject({ outcome: null, flags: ['outcome_unknown'] })
  })
})
