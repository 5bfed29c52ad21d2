import { DataTable, type Column } from '@/components/ui/data-table'

/** The few attributes that turn spans into answers, whatever sends them. */
export const NamesTable = () => (
  <DataTable caption="Attributes that count" columns={COLUMNS} rows={NAMES} rowKey={({ attribute }) => attribute} />
)

type NameRow = { attribute: string; also: string; gives: string }

const NAMES: readonly NameRow[] = [
  { attribute: 'session.id', also: 'gen_ai.conversation.id', gives: 'The interaction: what one case cost' },
  { attribute: 'signalbox.outcome.result', also: 'resolved, unresolved', gives: 'Cost per resolution' },
  { attribute: 'signalbox.outcome.escalated', also: 'true, false', gives: 'Escalation rate' },
  { attribute: 'user.id', also: 'enduser.id', gives: 'Users a day, and erasing one of them' },
  { attribute: 'service.name', also: 'signalbox.agent', gives: 'The agent' },
  { attribute: 'service.version', also: 'signalbox.release', gives: 'The release, to compare two' },
]

const COLUMNS: readonly Column<NameRow>[] = [
  {
    key: 'attribute',
    kind: 'name',
    head: 'Attribute',
    cell: ({ attribute }) => <code className="font-mono text-small font-normal">{attribute}</code>,
  },
  {
    key: 'also',
    kind: 'text',
    head: 'Or; its values',
    from: 'sm',
    cell: ({ also }) => <code className="font-mono text-small text-ink2">{also}</code>,
  },
  { key: 'gives', kind: 'text', head: 'Gives', cell: ({ gives }) => <span className="text-ink2">{gives}</span> },
]
