import { useParams } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { BuiltInRule } from '../../api/types'
import { useCan, useDo, useGet, useMe, useReference } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { areaOptions } from '../../ui/pickers'
import { Bones, Empty, Trouble } from '../../ui/state'
import { kindTitles, streams } from './custom-words'
import { setWords, tuningTone, withUnit } from './setting-words'

/** BuiltInRuleFile is one rule of the program: how it judges, what may be set on it, and which areas did. */
export function BuiltInRuleFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/rules/builtin/{id}', { path: { id } })
  if (q.error && !q.data) return <Page title="内置规则"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="内置规则"><div className="panel"><Bones rows={8} /></div></Page>
  const r = q.data
  return (
    <Page title={r.title} crumb={<Go href={`/rules?tab=${r.sign ? 'signs' : 'official'}`}>规则库</Go>} tools={<Chip>{r.sign ? r.family_title : streams[r.stream]}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel title="怎样判断">
            <p style={{ margin: 0 }}>{r.basis}</p>
            <p className="soft small">适用：{kindTitles(r.kinds)}。{r.official ? '可作为超标依据，自动转为线索。' : r.sign ? '每小时看一遍；只提请核查，不作为认定依据。' : '仅提醒，不作为超标依据。'}</p>
          </Panel>
          <Panel title="可以设置的" flush>
            {r.settings.length === 0 ? <Empty title="这条规则没有可以设置的" how="它完全按标准判定，或只用于回看。" /> : (
              <div className="scroll" tabIndex={0} role="region" aria-label="可以设置的">
                <table className="t">
                  <thead><tr><th scope="col">设置</th><th scope="col" className="r">全域现在</th><th scope="col" className="r">默认</th><th scope="col">范围</th><th scope="col">含义与默认的依据</th></tr></thead>
                  <tbody>
                    {r.settings.map((s) => (
                      <tr key={s.name}>
                        <td>{s.title}</td>
                        <td className={`r nowrap ${s.value !== s.default ? 'amber strong' : ''}`}>{withUnit(s, s.value)}</td>
                        <td className="r nowrap">{withUnit(s, s.default)}</td>
                        <td className="nowrap num">{s.min} 至 {withUnit(s, s.max)}</td>
                        <td>{s.meant}<span className="sub">{s.basis}</span></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Panel>
        </div>
        {r.settings.length > 0 && (
          <div className="side-col">
            <Panel title="各区域的设置">
              {r.areas.length === 0 ? <Empty title="都按默认" how="某个区域误报多或漏报多，可以在那里另行设置：先试算，再由另一人发布。" /> : (
                <ul className="stack">
                  {r.areas.map((t) => (
                    <li key={t.id}>
                      <span className="row between"><Go href={`/rules/settings/${t.id}`}>{t.area_name}</Go><Chip tone={tuningTone(t)}>{t.in_force && t.state !== 'live' ? `${t.state_title}，原设置在用` : t.state_title}</Chip></span>
                      <span className="sub">{setWords(r.settings, t.values) || '没有另行设置'}</span>
                      <span className="sub num">{t.author_name}　{dateTime(t.updated_at)}</span>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
            <Begin rule={r} />
          </div>
        )}
      </div>
    </Page>
  )
}

/** Begin opens the settings of an area, those that are there or a new draft. */
function Begin({ rule }: { rule: BuiltInRule }) {
  const can = useCan()
  const me = useMe()
  const ref = useReference()
  const go = useGo()
  const [area, setArea] = useState('')
  const start = useDo((a: string) => post('/rules/settings', { body: { rule: rule.id, area: a } }), ['/rules'], (t) => go(`/rules/settings/${t.id}`))
  if (!can('rule.write')) return null
  const whole = ref && (!me.area || me.area === ref.place.area) ? [{ value: ref.place.area, label: `全域（${ref.place.name}）` }] : []
  const options = [...whole, ...areaOptions(ref, me.area)]
  const chosen = area || options[0]?.value || ''
  return (
    <Panel title="另行设置">
      <div className="form">
        <div className="field"><label htmlFor="f-tune-area">区域</label><Select id="f-tune-area" showSearch={{ optionFilterProp: 'label' }} value={chosen || undefined} onChange={setArea} options={options} /><div className="hint">小区域的设置优先于大区域的</div></div>
        {start.error && <div className="trouble" role="alert">{sentence(start.error)}</div>}
        <div className="row"><Button type="primary" disabled={!chosen} loading={start.isPending} onClick={() => start.mutate(chosen)}>{rule.areas.some((t) => t.area === chosen) ? '打开这个区域的设置' : '起草设置'}</Button></div>
      </div>
    </Panel>
  )
}
