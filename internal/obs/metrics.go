package obs

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is the program's own registry: nothing that a library registers by
// itself appears, and two programs in one test process do not collide.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// NewMetrics makes the registry with what every program shows: Go, the process,
// the version, and requests by route.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qingshao_http_requests_total", Help: "Answered HTTP requests by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "qingshao_http_request_seconds", Help: "Time to answer HTTP requests by route.",
			Buckets: []float64{.001, .005, .01, .03, .1, .3, 1, 3, 10}}, []string{"route"}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "qingshao_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version(), "arch": runtime.GOARCH}}, func() float64 { return 1 })
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build, m.requests, m.seconds)
	return m
}

// Registerer lets parts add metrics of their own, named qingshao_….
func (m *Metrics) Registerer() prometheus.Registerer { return m.registry }

// Gauge adds a value that is asked for at each scrape.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "qingshao_" + name, Help: help}, value))
}

// Counter adds a count that some part keeps and that is asked for at each
// scrape; it must never fall.
func (m *Metrics) Counter(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "qingshao_" + name, Help: help}, value))
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
