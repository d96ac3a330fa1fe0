import { Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { useCan, useDo, useGet, useMe, useReference } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { FilesField } from '../../ui/files'
import { useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { AreaPicker } from '../../ui/pickers'

const blank = { title: '', text: '', source: 'patrol', area: '', address: '', category: '', enterprise_id: '', contact: '', files: [] as string[] }

/** EnterClue takes down what somebody told or saw. */
export function EnterClue() {
  const me = useMe()
  const can = useCan()
  const go = useGo()
  const ref = useReference()
  const draft = useDraft({ ...blank, area: me.area && me.area.length === 6 && !me.area.endsWith('00') ? me.area : '' })
  const { values: v, set } = draft
  const [sending, setSending] = useState(false)
  const [saved, setSaved] = useState('')
  const [q, setQ] = useState('')
  const firms = useGet('/enterprises', { query: { q, limit: 20 } }, { keep: true, enabled: can('registry.read') })
  const save = useDo(
    () => post('/clues', { body: { ...v, title: v.title.trim(), text: v.text.trim(), contact: v.contact.trim() } }),
    ['/clues', '/overview'],
    (c) => {
      if (can('clue.read')) go(`/clues/${c.id}`)
      else {
        setSaved(c.number)
        draft.reset()
      }
    },
  )
  return (
    <Page title="登记线索">
      <div style={{ maxWidth: 760 }}>
        <Panel>
          {saved && <div className="done" role="status" style={{ marginBottom: 12 }}>已登记，编号 {saved}。受理员会在规定期限内研判。</div>}
          <PlainForm
            key={saved}
            label="登记线索"
            className="form-two"
            next="提交后进入待研判，由所在区域的受理员在 3 个工作日内研判；每一步都会记录。"
            submit={sending ? '文件上传中…' : '提交线索'}
            busy={save.isPending || sending}
            error={save.error}
            check={() => ({
              ...(v.title.trim() ? {} : { title: '请用一句话写明是什么问题' }),
              ...(v.text.trim() ? {} : { text: '请写明时间、地点、看到或听到的情况' }),
              ...(v.area ? {} : { area: '请选择发生区域' }),
            })}
            onSubmit={() => save.mutate(undefined)}
          >
            {(wrong) => (
              <>
                <Row name="title" title="标题" required wrong={wrong} wide><Input id="f-title" maxLength={100} value={v.title} onChange={(e) => set('title', e.target.value)} /></Row>
                <Row name="text" title="内容" required wrong={wrong} wide hint="时间、地点、气味颜色、持续多久、涉及哪家单位"><Input.TextArea id="f-text" autoSize={{ minRows: 4, maxRows: 14 }} maxLength={5000} value={v.text} onChange={(e) => set('text', e.target.value)} /></Row>
                <Row name="source" title="来源" required wrong={wrong}><Select id="f-source" value={v.source} onChange={(x) => set('source', x)} options={(ref?.sources ?? []).filter((s) => s.id !== 'alarm').map((s) => ({ value: s.id, label: s.name }))} /></Row>
                <Row name="category" title="类别" wrong={wrong}><Select id="f-category" allowClear value={v.category || undefined} onChange={(x) => set('category', x ?? '')} options={(ref?.categories ?? []).map((c) => ({ value: c.id, label: c.name }))} /></Row>
                <Row name="area" title="发生区域" required wrong={wrong}><AreaPicker id="f-area" within={me.area} value={v.area} onChange={(x) => set('area', x)} /></Row>
                <Row name="address" title="具体地点" wrong={wrong}><Input id="f-address" value={v.address} onChange={(e) => set('address', e.target.value)} /></Row>
                {can('registry.read') && (
                  <Row name="enterprise_id" title="涉及企业" wrong={wrong}>
                    <Select id="f-enterprise_id" allowClear showSearch={{ filterOption: false, onSearch: setQ }} value={v.enterprise_id || undefined} onChange={(x) => set('enterprise_id', x ?? '')} options={(firms.data?.items ?? []).map((e) => ({ value: e.id, label: e.name }))} notFoundContent="没有符合的企业" />
                  </Row>
                )}
                <Row name="contact" title="反映人联系方式" wrong={wrong} hint="仅研判岗可见，查看会记入日志；不愿留可不填"><Input id="f-contact" value={v.contact} onChange={(e) => set('contact', e.target.value)} /></Row>
                <Row name="files" title="照片和附件" wrong={wrong} wide><FilesField id="f-files" onChange={(ids) => set('files', ids)} onBusy={setSending} /></Row>
              </>
            )}
          </PlainForm>
        </Panel>
      </div>
    </Page>
  )
}
