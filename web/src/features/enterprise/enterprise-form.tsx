import { Input, Select } from 'antd'
import { post } from '../../api/client'
import { useDo, useMe, useReference } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { useGo } from '../../ui/go'
import { AreaPicker } from '../../ui/pickers'

/** EnterpriseForm registers an enterprise. */
export function EnterpriseForm({ close }: { close: () => void }) {
  const me = useMe()
  const go = useGo()
  const ref = useReference()
  const { values: v, set } = useDraft({ name: '', code: '', industry: '', area: '', address: '', contact: '', permit_class: '' })
  const save = useDo(() => post('/enterprises', { body: { ...v, name: v.name.trim() } }), ['/enterprises'], (e) => go(`/enterprises/${e.id}`))
  return (
    <FormDrawer
      title="登记企业" open close={close} next="登记后可以为它添加排放口、限值和数采仪。" submit="登记" busy={save.isPending} error={save.error}
      check={() => ({ ...(v.name.trim() ? {} : { name: '请填写企业名称' }), ...(v.area ? {} : { area: '请选择所在区域' }) })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="name" title="企业名称" required wrong={wrong}><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="code" title="统一社会信用代码" wrong={wrong}><Input id="f-code" value={v.code} maxLength={18} onChange={(e) => set('code', e.target.value)} /></Row>
          <Row name="industry" title="行业" wrong={wrong}><Select id="f-industry" allowClear showSearch={{ optionFilterProp: 'label' }} value={v.industry || undefined} onChange={(x) => set('industry', x ?? '')} options={(ref?.industries ?? []).map((i) => ({ value: i.id, label: i.name }))} /></Row>
          <Row name="permit_class" title="排污许可管理类别" wrong={wrong}><Select id="f-permit_class" allowClear value={v.permit_class || undefined} onChange={(x) => set('permit_class', x ?? '')} options={['重点', '简化', '登记'].map((x) => ({ value: x, label: x }))} /></Row>
          <Row name="area" title="所在区域" required wrong={wrong}><AreaPicker id="f-area" within={me.area} value={v.area} onChange={(x) => set('area', x)} /></Row>
          <Row name="address" title="地址" wrong={wrong}><Input id="f-address" value={v.address} onChange={(e) => set('address', e.target.value)} /></Row>
          <Row name="contact" title="环保负责人和电话" wrong={wrong}><Input id="f-contact" value={v.contact} onChange={(e) => set('contact', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
