import { Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { patch, post } from '../../api/client'
import type { Meter } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { SecretOnce } from './secret'

/** MeterForm registers a meter, or changes one. */
export function MeterForm({ meter, close }: { meter?: Meter; close: () => void }) {
  const { values: v, set } = useDraft({ mn: meter?.mn ?? '', name: meter?.name ?? '', enterprise_id: meter?.enterprise_id ?? '', profile_id: meter?.profile_id ?? '', every: meter?.every ?? 60, active: meter?.active ?? true })
  const [secret, setSecret] = useState('')
  const [q, setQ] = useState('')
  const firms = useGet('/enterprises', { query: { q, limit: 50 } }, { keep: true, enabled: !meter })
  const profiles = useGet('/meter-profiles')
  const touched = ['/meters', '/meter-profiles', '/enterprises']
  const add = useDo(() => post('/meters', { body: { mn: v.mn.trim(), name: v.name.trim(), enterprise_id: v.enterprise_id, profile_id: v.profile_id, every: v.every } }), touched, (m) => setSecret(m.secret))
  const change = useDo(() => patch('/meters/{id}', { path: { id: meter!.id }, body: { name: v.name.trim(), profile_id: v.profile_id, every: v.every, active: v.active, version: meter!.version } }), touched, close)
  const save = meter ? change : add
  if (secret) return <SecretOnce mn={v.mn.trim()} secret={secret} close={close} />
  return (
    <FormDrawer
      title={meter ? '修改设备' : '登记用电与工况设备'}
      open
      close={close}
      next={meter ? '换用另一映射后，此后的报文按新的读取，已存的不变。' : '登记后显示一次口令，填入设备即可上报。'}
      submit={meter ? '保存' : '登记'}
      busy={save.isPending}
      error={save.error}
      check={() => ({ ...(v.mn.trim() ? {} : { mn: '请填写设备编号' }), ...(v.name.trim() ? {} : { name: '请填写名称' }), ...(v.enterprise_id ? {} : { enterprise_id: '请选择企业' }), ...(v.profile_id ? {} : { profile_id: '请选择报文映射' }) })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="mn" title="设备编号" required wrong={wrong} hint="字母、数字、点、横线或下划线，最多 40 个；就是登录名"><Input id="f-mn" className="mono" readOnly={!!meter} value={v.mn} onChange={(e) => set('mn', e.target.value)} /></Row>
          <Row name="name" title="名称" required wrong={wrong} hint="例如 一车间用电网关"><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          {!meter && (
            <Row name="enterprise_id" title="企业" required wrong={wrong} hint="输入名称查找">
              <Select id="f-enterprise_id" showSearch={{ filterOption: false, onSearch: setQ }} value={v.enterprise_id || undefined} onChange={(x) => set('enterprise_id', x)} loading={firms.isFetching} options={(firms.data?.items ?? []).map((e) => ({ value: e.id, label: e.name }))} notFoundContent="没有符合的企业" />
            </Row>
          )}
          <Row name="profile_id" title="报文映射" required wrong={wrong} hint="说明设备的 JSON 里时间、数值在哪里；没有合适的，先在“报文映射”中新建">
            <Select id="f-profile_id" value={v.profile_id || undefined} onChange={(x) => set('profile_id', x)} options={(profiles.data?.items ?? []).map((p) => ({ value: p.id, label: `${p.name}（${p.points} 个测点）` }))} notFoundContent="还没有报文映射" />
          </Row>
          <Row name="every" title="上报间隔（秒）" wrong={wrong} hint="三个间隔没有读数即显示离线"><InputNumber id="f-every" min={1} max={86400} value={v.every} onChange={(x) => set('every', x ?? 60)} /></Row>
          {meter && <Row name="active" title="启用" wrong={wrong} hint="停用后不再接受它上报"><Switch id="f-active" checked={v.active} onChange={(x) => set('active', x)} /></Row>}
        </>
      )}
    </FormDrawer>
  )
}
