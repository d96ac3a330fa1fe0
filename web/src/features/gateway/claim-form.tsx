import { App, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Outlet, Parked } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row } from '../../ui/draft'
import { candidates } from './claim'
import './quarantine.css'

/** ClaimForm gives an unknown MN to an outlet: those without a data logger are offered first. */
export function ClaimForm({ parked, close }: { parked: Parked; close: () => void }) {
  const { message } = App.useApp()
  const bare = useGet('/outlets', { query: { device: 'none', kind: parked.kind || undefined, limit: 50 } })
  const [q, setQ] = useState('')
  const [chosen, setChosen] = useState<string>()
  const [password, setPassword] = useState('')
  const found = useGet('/outlets', { query: { q, limit: 50 } }, { keep: true })
  const offered = candidates(bare.data?.items ?? [], parked)
  const outlet = chosen ?? (offered.length === 1 ? offered[0].id : '')
  const save = useDo(() => post('/devices', { body: { mn: parked.mn, outlet_id: outlet, ...(password ? { password } : {}) } }), ['/devices', '/parked', '/outlets', '/enterprises', '/quarantine'], (d) => {
    void message.success(d.adopted > 0 ? `已认领，${d.adopted} 帧暂存报文已补入。` : '已认领。')
    close()
  })
  const named = (o: Outlet) => `${o.enterprise_name} ${o.name}`
  const other = outlet !== '' && !offered.some((o) => o.id === outlet)
  return (
    <FormDrawer
      title="认领设备"
      open
      close={close}
      next="认领后，已暂存的报文会按收到的顺序归入这个监控点，并参与超标判断。"
      submit="认领"
      busy={save.isPending}
      error={save.error}
      check={() => (outlet ? ({} as Record<string, string>) : { outlet_id: '请选择监控点' })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <div className="field"><span className="label">设备唯一标识 MN</span><span className="mono wrap">{parked.mn}</span></div>
          {offered.length > 0 && (
            <fieldset className="field" style={{ border: 0, margin: 0, padding: 0 }}>
              <legend className="label" style={{ padding: 0, marginBottom: 4, fontWeight: 500 }}>还没有数采仪的{parked.kind ? { gas: '废气', water: '废水' }[parked.kind] : ''}监控点</legend>
              <div className="claims">
                {offered.map((o) => (
                  <label key={o.id}><input type="radio" name="outlet" checked={outlet === o.id} onChange={() => setChosen(o.id)} /><span>{named(o)}<span className="sub">{o.area_name}{o.code && `　${o.code}`}</span></span></label>
                ))}
              </div>
            </fieldset>
          )}
          <Row name="outlet_id" title={offered.length > 0 ? '或其他监控点' : '监控点'} required={offered.length === 0} wrong={wrong} hint={bare.isPending ? undefined : offered.length === 0 ? '没有空着的同类监控点；输入监控点或企业名称查找，或先在企业中登记排放口。' : '原有数采仪换新时，在这里查找。'}>
            <Select id="f-outlet_id" showSearch={{ filterOption: false, onSearch: setQ }} allowClear value={other ? outlet : undefined} onChange={(x?: string) => setChosen(x)} loading={found.isFetching} options={(found.data?.items ?? []).map((o) => ({ value: o.id, label: named(o) }))} notFoundContent="没有符合的监控点，请先在企业中登记排放口" />
          </Row>
          <Row name="password" title="访问密码 PW" wrong={wrong} hint="与数采仪设置一致；不填则不校验"><Input.Password id="f-password" autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
