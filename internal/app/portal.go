package app

import "github.com/qingshao/qingshao/internal/evaluate/portal"

// portalPages adds the enterprise's own desk.
func (a *App) portalPages() {
	a.api.Portal(portal.New(portal.Deps{DB: a.db, Auth: a.policy, Live: a.digest, Rules: a.rules, More: []portal.Source{dutiesDue}}))
}
