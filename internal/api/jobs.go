package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/sheet"
)

// queue is the resource of background jobs.
type queue struct {
	jobs *job.Runner
	api  *API
}

// Jobs registers the list of background jobs and the retry of dead letters.
func (a *API) Jobs(r *job.Runner) {
	q := queue{r, a}
	get(a, "listJobs", "/jobs", "后台任务", q.list)
	exportList(a, "exportJobs", "/jobs/export", "导出后台任务", "后台任务", jobColumns, q.list)
	post(a, "retryJob", "/jobs/{id}/retry", "重试失败的任务", q.retry)
}

// Job is one background job.
type Job struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	State      string `json:"state" enum:"ready,leased,done,dead"`
	Payload    string `json:"payload" doc:"JSON 文本"`
	Attempt    int    `json:"attempt"`
	Error      string `json:"error" doc:"最近一次失败的原因"`
	DueAt      string `json:"due_at"`
	CreatedAt  string `json:"created_at"`
	FinishedAt string `json:"finished_at"`
}

type listJobsInput struct {
	Paging
	State string `query:"state" enum:"ready,leased,done,dead" doc:"dead 为多次重试后放弃的"`
	Kind  string `query:"kind" maxLength:"64"`
}

func (q queue) list(ctx context.Context, in *listJobsInput) (Page[Job], error) {
	if err := q.api.policy.Require(actor(ctx), auth.SystemRead, auth.Scope{}); err != nil {
		return Page[Job]{}, err
	}
	p, err := q.jobs.List(ctx, job.Filter{State: in.State, Kind: in.Kind}, in.Cursor, in.Limit)
	return pageOf(p, func(r job.Row) Job {
		return Job{r.ID, r.Kind, r.State, string(r.Payload), r.Attempt, r.Error, when(r.RunAt), when(r.CreatedAt), when(r.FinishedAt)}
	}), err
}

func (q queue) retry(ctx context.Context, in *ByID) (None, error) {
	who := actor(ctx)
	if err := q.api.policy.Require(who, auth.SystemWrite, auth.Scope{}); err != nil {
		return None{}, err
	}
	return None{}, q.jobs.Retry(ctx, who.ID, in.ID)
}

var jobColumns = []column[Job]{
	{sheet.Text("任务", 24), func(v Job) any { return v.Kind }},
	{sheet.Text("状态", 10), func(v Job) any { return jobStates[v.State] }},
	{sheet.Number("已试").In("次"), func(v Job) any { return v.Attempt }},
	{sheet.Text("最近一次错误", 60), func(v Job) any { return v.Error }},
	{sheet.Time("产生"), func(v Job) any { return v.CreatedAt }},
	{sheet.Time("执行"), func(v Job) any { return v.DueAt }},
	{sheet.Time("结束"), func(v Job) any { return v.FinishedAt }},
}

var jobStates = map[string]string{"ready": "待执行", "leased": "执行中", "done": "已完成", "dead": "已放弃"}
