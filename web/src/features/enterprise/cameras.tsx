import { Button, Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { patch, post } from '../../api/client'
import type { Camera } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

interface Place { id: string; name: string; code: string }

/** EnterpriseCameras lists and registers an enterprise's cameras. */
export function EnterpriseCameras({ id, outlets }: { id: string; outlets: Place[] }) {
  const q = useGet('/cameras', { query: { enterprise_id: id } })
  const can = useCan()
  const [editing, setEditing] = useState<Camera | 'new'>()
  return (
    <Panel title="视频" flush tools={can('registry.write') && <Button size="small" onClick={() => setEditing('new')}>登记摄像机</Button>}>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : q.data.length === 0 ? (
        <Empty title="还没有登记摄像机" how="登记摄像机和视频平台的链接模板后，监控点和预警页可以打开实时画面、回看预警当时的画面。视频不经过本系统。" />
      ) : (
        <ul className="cards">
          {q.data.map((c) => (
            <li key={c.id} className="card row between">
              <span className="row"><span className="strong">{c.name}</span><Chip>{c.place_title}</Chip><span className="soft small">{c.outlet_name || '公共部位'}{c.platform && `　${c.platform}`}</span>{!c.active && <Chip>停用</Chip>}</span>
              <span className="row">
                {c.live_url && <a href={c.live_url} target="_blank" rel="noopener noreferrer" aria-label={`${c.name}：实时画面`}>实时画面</a>}
                {can('registry.write') && <Button size="small" aria-label={`修改 ${c.name}`} onClick={() => setEditing(c)}>修改</Button>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && <CameraForm id={id} outlets={outlets} camera={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />}
    </Panel>
  )
}

const places = [{ value: 'outlet', label: '排放口' }, { value: 'station', label: '站房' }, { value: 'treatment', label: '治污设施' }, { value: 'other', label: '其他' }] as const

function CameraForm({ id, outlets, camera: c, close }: { id: string; outlets: Place[]; camera?: Camera; close: () => void }) {
  const { values: v, set } = useDraft({ outlet_id: c?.outlet_id ?? '', name: c?.name ?? '', place: (c?.place ?? 'outlet') as 'outlet' | 'station' | 'treatment' | 'other', code: c?.code ?? '', platform: c?.platform ?? '', channel: c?.channel ?? '', live: c?.live ?? '', playback: c?.playback ?? '', active: c?.active ?? true })
  const body = { outlet_id: v.outlet_id, name: v.name.trim(), place: v.place, code: v.code.trim(), platform: v.platform.trim(), channel: v.channel.trim(), live: v.live.trim(), playback: v.playback.trim() }
  const add = useDo(() => post('/cameras', { body: { ...body, enterprise_id: id } }), ['/cameras'], close)
  const change = useDo(() => patch('/cameras/{id}', { path: { id: c!.id }, body: { ...body, active: v.active, version: c!.version } }), ['/cameras'], close)
  const save = c ? change : add
  return (
    <FormDrawer title={c ? '修改摄像机' : '登记摄像机'} open close={close} next="只登记链接，视频仍在视频平台上，由平台自己验证查看的人。" submit="保存" busy={save.isPending} error={save.error} check={(): Record<string, string> => ({ ...(v.name.trim() ? {} : { name: '请填写名称' }), ...(v.live.trim() || v.playback.trim() ? {} : { playback: '实时与回放链接至少填写一个' }) })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="name" title="名称" required wrong={wrong} hint="例如 废气排放口云台"><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="place" title="位置" required wrong={wrong}><Select id="f-place" value={v.place} onChange={(x) => set('place', x)} options={[...places]} /></Row>
          <Row name="outlet_id" title="排放口" wrong={wrong} hint="不选为企业公共部位，在每个监控点都显示"><Select id="f-outlet_id" allowClear value={v.outlet_id || undefined} onChange={(x) => set('outlet_id', x ?? '')} options={outlets.map((o) => ({ value: o.id, label: `${o.code} ${o.name}`.trim() }))} /></Row>
          <Row name="playback" title="回放链接模板" wrong={wrong} hint="{start}、{end} 为起止时间，{channel} 为通道号；{start:unix} 为秒，{start:iso} 为 ISO 时间"><Input.TextArea id="f-playback" className="mono" autoSize value={v.playback} placeholder="…/play?c={channel}&s={start}&e={end}" onChange={(e) => set('playback', e.target.value)} /></Row>
          <Row name="live" title="实时画面链接模板" wrong={wrong}><Input.TextArea id="f-live" className="mono" autoSize value={v.live} placeholder="…/live?c={channel}" onChange={(e) => set('live', e.target.value)} /></Row>
          <Row name="channel" title="通道号" wrong={wrong}><Input id="f-channel" className="mono" value={v.channel} onChange={(e) => set('channel', e.target.value)} /></Row>
          <Row name="platform" title="视频平台" wrong={wrong}><Input id="f-platform" value={v.platform} onChange={(e) => set('platform', e.target.value)} /></Row>
          <Row name="code" title="国标编码" wrong={wrong} hint="GB/T 28181，20 位数字"><Input id="f-code" className="mono" value={v.code} onChange={(e) => set('code', e.target.value)} /></Row>
          {c && <Row name="active" title="启用" wrong={wrong}><Switch id="f-active" checked={v.active} onChange={(x) => set('active', x)} /></Row>}
        </>
      )}
    </FormDrawer>
  )
}
