package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/obs"
)

// SystemSources is where the system page takes its figures from. Gateway and
// Disk may be nil.
type SystemSources struct {
	Version   string
	Engine    string
	Place     string
	StartedAt time.Time
	Now       func() time.Time
	Health    *obs.Health
	Metrics   *obs.Metrics
	Jobs      func(context.Context) (job.Counts, error)
	Log       func(context.Context) (audit.Status, error)
	Gateway   func() GatewayView
	Disk      func() (DiskView, error)
}

// SystemView is the program at a glance, for administrators.
type SystemView struct {
	Version   string        `json:"version"`
	Place     string        `json:"place"`
	Engine    string        `json:"engine" enum:"sqlite,postgres"`
	StartedAt string        `json:"started_at"`
	Uptime    int64         `json:"uptime_seconds"`
	Ready     bool          `json:"ready"`
	Checks    []CheckView   `json:"checks" nullable:"false"`
	Jobs      JobsView      `json:"jobs"`
	Sequencer SequencerView `json:"sequencer"`
	Gateway   *GatewayView  `json:"gateway,omitempty"`
	Disk      *DiskView     `json:"disk,omitempty"`
}

// CheckView is one condition of readiness.
type CheckView struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty" doc:"不满足的原因和办法"`
}

// JobsView is the queue at a glance.
type JobsView struct {
	Ready  int   `json:"ready"`
	Leased int   `json:"leased"`
	Dead   int   `json:"dead"`
	Late   int64 `json:"late_seconds" doc:"最久的到期任务已等待的秒数"`
}

// SequencerView is the audit log at a glance.
type SequencerView struct {
	Size     int64  `json:"size" doc:"已入树的条数"`
	Pending  int64  `json:"pending" doc:"尚未入树的条数"`
	Behind   int64  `json:"behind_seconds"`
	Signed   int64  `json:"signed" doc:"最近一次签名覆盖的条数"`
	SignedAt string `json:"signed_at"`
}

// GatewayView counts what monitors have sent since the start.
type GatewayView struct {
	Connections int64 `json:"connections"`
	Frames      int64 `json:"frames"`
	Stored      int64 `json:"stored"`
	Duplicate   int64 `json:"duplicate"`
	Parked      int64 `json:"parked"`
	Refused     int64 `json:"refused"`
	Bad         int64 `json:"bad"`
	Answered    int64 `json:"answered"`
	Failed      int64 `json:"failed"`
}

// DiskView is the room where the data lie, in bytes.
type DiskView struct {
	Total int64 `json:"total"`
	Free  int64 `json:"free"`
}

// system is the resource of the program itself.
type system struct {
	SystemSources
	policy auth.Policy
}

// System registers the system page and, outside the surface, health, readiness
// and metrics.
func (a *API) System(s SystemSources) {
	r := system{s, a.policy}
	get(a, "getSystem", "/system", "系统运行状况", r.get)
	a.mux.HandleFunc("GET /healthz", s.Health.Healthz)
	a.mux.HandleFunc("GET /readyz", s.Health.Readyz)
	scrape := s.Metrics.Handler()
	a.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, req *http.Request) {
		if !a.mayScrape(req) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
			http.Error(w, "运行指标只对本机或持有“查看系统运行状况”权限的访问令牌开放", http.StatusUnauthorized)
			return
		}
		scrape.ServeHTTP(w, req)
	})
}

// mayScrape admits this machine itself, not what a proxy on it forwards, and
// tokens of people who may see the system.
func (a *API) mayScrape(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		who, err := a.auth.ByToken(r.Context(), token)
		return err == nil && a.policy.Can(who, auth.SystemRead, auth.Scope{})
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

func (r system) get(ctx context.Context, _ *None) (SystemView, error) {
	if err := r.policy.Require(actor(ctx), auth.SystemRead, auth.Scope{}); err != nil {
		return SystemView{}, err
	}
	jobs, err := r.Jobs(ctx)
	if err != nil {
		return SystemView{}, err
	}
	log, err := r.Log(ctx)
	if err != nil {
		return SystemView{}, err
	}
	v := SystemView{Version: r.Version, Place: r.Place, Engine: r.Engine,
		StartedAt: when(r.StartedAt), Uptime: int64(r.Now().Sub(r.StartedAt).Seconds()),
		Jobs:      JobsView{jobs.Ready, jobs.Leased, jobs.Dead, int64(jobs.Late.Seconds())},
		Sequencer: SequencerView{log.Size, log.Pending, int64(log.Behind.Seconds()), log.Signed, when(log.SignedAt)}}
	results, ready := r.Health.Ready(ctx)
	v.Ready = ready
	for _, c := range results {
		k := CheckView{Name: c.Name, OK: c.OK}
		if c.Err != nil {
			k.Reason = fault.Sentence(c.Err, "检查没有通过，原因见运行日志")
		}
		v.Checks = append(v.Checks, k)
	}
	if r.Gateway != nil {
		g := r.Gateway()
		v.Gateway = &g
	}
	if r.Disk != nil {
		d, err := r.Disk()
		if err != nil {
			return v, err
		}
		v.Disk = &d
	}
	return v, nil
}
