package app

import (
	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/means/reward"
)

// reward builds the rewards for those who report; the loop comes first.
func (a *App) reward() {
	a.rewards = reward.New(reward.Deps{DB: a.db, Auth: a.policy, Policy: a.place.Reward, Calendar: a.calendar, Files: a.files, Notify: a.notify, Timeline: a.timeline, Calls: offered{a.publications}})
	a.rewards.Jobs(a.jobs)
	a.files.Guard(a.rewards.Machine().Kind, a.rewards.See)
}

func (a *App) rewardPages(words api.Names) { a.api.Rewards(a.rewards, words, a.files, a.db.Now) }
