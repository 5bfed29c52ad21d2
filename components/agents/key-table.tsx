import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { DataTable, type Column } from '@/components/ui/data-table'
import { StatusChip } from '@/components/ui/status-chip'
import { PRODUCTION } from '@/lib/agents/environment'
import type { KeyView } from '@/lib/agents/schema'
import { formatAgo, formatTime } from '@/lib/charts/format'
import type { KeyRights } from './key-section'

export const KeyTable = ({
  keys,
  showAgent,
  rights,
  now,
  onRotate,
  onRevoke,
}: {
  keys: readonly KeyView[]
  showAgent: boolean
  rights: KeyRights
  now: Date
  onRotate: (key: KeyView) => void
  onRevoke: (key: KeyView) => void
}) => {
  const mayManage = (key: KeyView) =>
    rights.manage && (key.environment !== PRODUCTION || rights.manageProduction) && key.state === 'active'
  const columns: readonly Column<KeyView>[] = [
    {
      key: 'name',
      kind: 'name',
      head: 'Key',
      cell: (key) => (
        <span className="block min-w-36 max-sm:min-w-28">
          {key.name}
          <code className="block font-mono text-small font-normal text-ink3">sbx_{key.publicId}</code>
          {showAgent ? (
            <span className="block text-small font-normal text-ink2 sm:hidden">{key.agent?.name ?? 'every agent'}</span>
          ) : null}
        </span>
      ),
    },
    { key: 'state', kind: 'text', head: 'State', cell: (key) => <KeyState apiKey={key} now={now} /> },
    ...(showAgent
      ? [
          {
            key: 'agent',
            kind: 'text',
            head: 'Agent',
            from: 'sm',
            cell: (key: KeyView) => key.agent?.name ?? <span className="text-ink2">every agent</span>,
          } as const,
        ]
      : []),
    {
      key: 'scopes',
      kind: 'text',
      head: 'May',
      from: 'md',
      cell: (key) => (
        <span className="flex flex-wrap gap-1">
          {key.scopes.map((scope) => (
            <Chip key={scope}>{scope}</Chip>
          ))}
        </span>
      ),
    },
    { key: 'environment', kind: 'text', head: 'Environment', from: 'md', cell: (key) => key.environment },
    {
      key: 'used',
      kind: 'number',
      head: 'Last used',
      from: 'sm',
      cell: (key) =>
        key.lastUsedAt === null ? (
          <span className="text-ink3">never</span>
        ) : (
          <span title={`${formatTime(key.lastUsedAt, now, 'seconds')} UTC`}>{formatAgo(key.lastUsedAt, now)}</span>
        ),
    },
    ...(rights.manage
      ? [
          {
            key: 'acts',
            kind: 'act',
            head: 'What to do',
            cell: (key: KeyView) =>
              mayManage(key) ? (
                <span className="inline-flex gap-1.5 max-sm:flex-col">
                  <Button size="small" onClick={() => onRotate(key)} aria-label={`Rotate ${key.name}`}>
                    Rotate
                  </Button>
                  <Button size="small" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
                    Revoke
                  </Button>
                </span>
              ) : key.state === 'active' ? (
                <span className="text-small text-ink3">leads only</span>
              ) : null,
          } as const,
        ]
      : []),
  ]
  return <DataTable caption="Keys" columns={columns} rows={keys} rowKey={(key) => key.publicId} />
}

const KeyState = ({ apiKey, now }: { apiKey: KeyView; now: Date }) => {
  switch (apiKey.state) {
    case 'active':
      return (
        <span>
          <StatusChip status="ok">Works</StatusChip>
          {apiKey.expiresAt === null ? null : (
            <span className="block pl-4 text-small text-ink3">until {formatTime(apiKey.expiresAt, now)} UTC</span>
          )}
        </span>
      )
    case 'expired':
      return <StatusChip status="off">{`Expired ${formatTime(apiKey.expiresAt ?? '', now, 'day')}`}</StatusChip>
    case 'revoked':
      return <StatusChip status="off">{`Revoked ${formatTime(apiKey.revokedAt ?? '', now, 'day')}`}</StatusChip>
  }
}
