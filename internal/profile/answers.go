package profile

// Answers is what a place sets about the bureau's measures; what is left out has
// a default in the program.
type Answers struct {
	WarningDays    int    `yaml:"warning_days" check:"min=1,max=60" title:"远程预警的答复时限，工作日；不写为 1"`
	CheckDays      int    `yaml:"check_days" check:"min=1,max=60" title:"现场核查的时限，工作日；不写为 3"`
	SuperviseDays  int    `yaml:"supervise_days" check:"min=1,max=730" title:"重点督办的期限，天；不写为 90"`
	UpDays         int    `yaml:"up_days" check:"min=1,max=60" title:"逾期几个工作日后报市级；不写为 1"`
	WindowDays     int    `yaml:"window_days" check:"min=1,max=730" title:"多少天内算反复；不写为 90"`
	CheckAfter     int    `yaml:"check_after" check:"min=1,max=100" title:"期内几次远程预警后建议现场核查；不写为 2"`
	SuperviseAfter int    `yaml:"supervise_after" check:"min=1,max=100" title:"期内几起核实属实后建议重点督办；不写为 2"`
	Text           string `yaml:"text" title:"远程预警的文字，可用 {企业}、{监控点}、{情况}"`
}

// Quota bounds the tellings of alarms.
type Quota struct {
	OutletHour     int `yaml:"outlet_hour" check:"min=1,max=1000" title:"一个监控点每小时最多告知几次；不写为 4"`
	OutletDay      int `yaml:"outlet_day" check:"min=1,max=1000" title:"一个监控点每日最多几次；不写为 12"`
	EnterpriseHour int `yaml:"enterprise_hour" check:"min=1,max=1000" title:"一家企业每小时最多几次；不写为 12"`
	EnterpriseDay  int `yaml:"enterprise_day" check:"min=1,max=1000" title:"一家企业每日最多几次；不写为 40"`
}
