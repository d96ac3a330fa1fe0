import { App, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'

/** DeviceForm registers a data logger for an outlet. */
export function DeviceForm({ mn, close }: { mn?: string; close: () => void }) {
  const { values: v, set } = useDraft({ mn: mn ?? '', outlet_id: '', password: '', protocol: undefined as '2005' | '2017' | '2025' | undefined })
  const { message } = App.useApp()
  const [q, setQ] = useState('')
  const outlets = useGet('/outlets', { query: { q, limit: 50 } }, { keep: true })
  const save = useDo(() => post('/devices', { body: { mn: v.mn.trim(), outlet_id: v.outlet_id, ...(v.password ? { password: v.password } : {}), protocol: v.protocol } }), ['/devices', '/parked', '/outlets', '/enterprises'], (d) => {
    message.success(d.adopted > 0 ? `已登记，${d.adopted} 帧暂存报文已补入。` : '已登记。')
    close()
  })
  return (
    <FormDrawer
      title={mn ? '认领设备' : '登记设备'}
      open
      close={close}
      next={mn ? '认领后，已暂存的报文会按收到的顺序归入这个监控点，并参与超标判断。' : '登记后，设备上报的数据会归入这个监控点。'}
      submit={mn ? '认领' : '登记'}
      busy={save.isPending}
      error={save.error}
      check={() => ({ ...(v.mn.trim() ? {} : { mn: '请填写 MN' }), ...(v.outlet_id ? {} : { outlet_id: '请选择监控点' }) })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="mn" title="设备唯一标识 MN" required wrong={wrong}><Input id="f-mn" className="mono" readOnly={!!mn} value={v.mn} onChange={(e) => set('mn', e.target.value)} /></Row>
          <Row name="outlet_id" title="监控点" required wrong={wrong} hint="输入监控点或企业名称查找">
            <Select id="f-outlet_id" showSearch={{ filterOption: false, onSearch: setQ }} value={v.outlet_id || undefined} onChange={(x) => set('outlet_id', x)} loading={outlets.isFetching} options={(outlets.data?.items ?? []).map((o) => ({ value: o.id, label: `${o.enterprise_name} ${o.name}` }))} notFoundContent="没有符合的监控点，请先在企业中登记排放口" />
          </Row>
          <Row name="password" title="访问密码 PW" wrong={wrong} hint="与数采仪设置一致；不填则不校验"><Input.Password id="f-password" autoComplete="off" value={v.password} onChange={(e) => set('password', e.target.value)} /></Row>
          <Row name="protocol" title="协议版本" wrong={wrong}><Select id="f-protocol" allowClear placeholder="自动识别" value={v.protocol} onChange={(x) => set('protocol', x)} options={[{ value: '2025', label: 'HJ 212-2025' }, { value: '2017', label: 'HJ 212-2017' }, { value: '2005', label: 'HJ/T 212-2005' }]} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
