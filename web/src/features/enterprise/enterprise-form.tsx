import { Input } from 'antd'
import { post } from '../../api/client'
import { useDo, useMe } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { useGo } from '../../ui/go'
import { AreaPicker } from '../../ui/pickers'

/** EnterpriseForm registers an enterprise. */
export function EnterpriseForm({ close }: { close: () => void }) {
  const me = useMe()
  const go = useGo()
  const { values: v, set } = useDraft({ name: '', code: '', industry: '', area: '', address: '', contact: '', phone: '' })
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
          <Row name="industry" title="行业" wrong={wrong}><Input id="f-industry" value={v.industry} onChange={(e) => set('industry', e.target.value)} /></Row>
          <Row name="area" title="所在区域" required wrong={wrong}><AreaPicker id="f-area" within={me.area} value={v.area} onChange={(x) => set('area', x)} /></Row>
          <Row name="address" title="地址" wrong={wrong}><Input id="f-address" value={v.address} onChange={(e) => set('address', e.target.value)} /></Row>
          <Row name="contact" title="环保负责人" wrong={wrong}><Input id="f-contact" value={v.contact} onChange={(e) => set('contact', e.target.value)} /></Row>
          <Row name="phone" title="联系电话" wrong={wrong}><Input id="f-phone" type="tel" value={v.phone} onChange={(e) => set('phone', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
