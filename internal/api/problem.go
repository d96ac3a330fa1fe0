package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

var statuses = map[fault.Kind]int{
	fault.Invalid: 422, fault.Unauthorized: 401, fault.Forbidden: 403, fault.NotFound: 404,
	fault.Conflict: 409, fault.TooLarge: 413, fault.TooMany: 429, fault.Unavailable: 503,
}

var titles = map[int]string{
	400: "请求有误", 401: "请先登录", 403: "没有权限", 404: "没有找到", 405: "不支持的操作", 409: "内容已变化", 413: "内容过大",
	415: "格式不支持", 422: "请检查填写内容", 429: "操作过于频繁", 500: "系统出错", 503: "暂时不可用",
}

// problem turns a feature's error into an RFC 9457 answer. What is unexpected
// is logged under an id, and only the id is shown.
func (a *API) problem(ctx context.Context, op string, err error) error {
	var done huma.StatusError
	if errors.As(err, &done) {
		return err
	}
	var f *fault.Error
	if errors.As(err, &f) {
		if status, ok := statuses[f.Kind]; ok {
			p := &huma.ErrorModel{Status: status, Title: titles[status], Detail: f.Message}
			for _, x := range f.Fields {
				p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body." + x.Name, Message: x.Message})
			}
			return p
		}
	}
	if errors.Is(err, context.Canceled) {
		return &huma.ErrorModel{Status: 499, Title: "请求已取消", Detail: "请求已取消"}
	}
	id := db.NewID()
	a.log.ErrorContext(ctx, "request failed", "error_id", id, "operation", op, "err", err)
	return &huma.ErrorModel{Status: 500, Title: titles[500], Detail: "系统出错，已记录；请稍后重试，或将错误编号告知管理员：" + id, Instance: "urn:uuid:" + id}
}

// init gives the framework's own answers our words; the variables are its only
// way to be told.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := &huma.ErrorModel{Status: status, Title: titles[status], Detail: chinese(status, msg)}
		if p.Title == "" {
			p.Title = http.StatusText(status)
		}
		for _, err := range errs {
			var d huma.ErrorDetailer
			if errors.As(err, &d) {
				x := *d.ErrorDetail()
				x.Value = nil // what was sent may be a secret
				p.Errors = append(p.Errors, &x)
			}
		}
		return p
	}
	validation.MsgUnexpectedProperty = "不认识的字段"
	validation.MsgExpectedRFC3339DateTime = "应为 RFC 3339 时间，例如 2026-11-21T09:30:00+08:00"
	validation.MsgExpectedRFC3339Date = "应为日期，例如 2026-11-21"
	validation.MsgExpectedRFC5322Email = "应为电子邮箱地址：%v"
	validation.MsgExpectedBoolean = "应为 true 或 false"
	validation.MsgExpectedNumber = "应为数字"
	validation.MsgExpectedInteger = "应为整数"
	validation.MsgExpectedString = "应为文字"
	validation.MsgExpectedArray = "应为列表"
	validation.MsgExpectedObject = "应为对象"
	validation.MsgExpectedArrayItemsUnique = "列表中有重复项"
	validation.MsgExpectedOneOf = "应为其中之一：%s"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedExclusiveMinimumNumber = "应大于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedExclusiveMaximumNumber = "应小于 %v"
	validation.MsgExpectedMinLength = "至少 %d 个字"
	validation.MsgExpectedMaxLength = "最多 %d 个字"
	validation.MsgExpectedBePattern = "格式应为 %s"
	validation.MsgExpectedMatchPattern = "格式应符合 %s"
	validation.MsgExpectedMinItems = "至少 %d 项"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
}

func chinese(status int, msg string) string {
	switch {
	case strings.ContainsFunc(msg, func(r rune) bool { return r > 0x2E80 }):
		return msg
	case status == 422:
		return "有内容不符合要求，请按各项提示修改后再提交"
	case status == 400:
		return "请求无法识别，请检查格式（应为 JSON）后重试"
	case status == 413:
		return "内容过大，请减小后重试"
	case status == 415:
		return "请以 application/json 提交"
	}
	if t, ok := titles[status]; ok {
		return t
	}
	return msg
}

// fields are the wrong inputs that a fault names.
func fields(err error) []fault.Field {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Fields
	}
	return nil
}
